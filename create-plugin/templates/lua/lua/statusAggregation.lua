-- The object with one status from those of all clusters.
function AggregateStatus(desiredObj, statusItems)
  local replicas, ready = 0, 0
  for i = 1, #statusItems do
    local status = statusItems[i].status
    if status ~= nil then
      replicas = replicas + (status.replicas or 0)
      ready = ready + (status.readyReplicas or 0)
    end
  end
  desiredObj.status = { replicas = replicas, readyReplicas = ready }
  return desiredObj
end
