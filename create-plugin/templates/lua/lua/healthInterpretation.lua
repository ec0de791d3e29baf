-- Whether it does what it is for.
function InterpretHealth(observedObj)
  if observedObj.status == nil then
    return false
  end
  return (observedObj.status.readyReplicas or 0) >= (observedObj.spec.replicas or 1)
end
