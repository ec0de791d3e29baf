-- How many replicas it wants. A second value says what one of them needs: kube.accuratePodRequirements(template) finds it in a pod template.
function GetReplicas(desiredObj)
  return desiredObj.spec.replicas or 1
end
