-- What of its status is collected.
function ReflectStatus(observedObj)
  if observedObj.status == nil then
    return {}
  end
  return {
    replicas = observedObj.status.replicas,
    readyReplicas = observedObj.status.readyReplicas,
  }
end
