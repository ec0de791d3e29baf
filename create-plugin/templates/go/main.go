package main

import "guest/flotilla"

func main() {}

func wanted(manifest flotilla.Manifest) int64 {
	return flotilla.IntegerAt(manifest, 1, "spec", "replicas")
}

//go:wasmexport interpretReplicas
func interpretReplicas() int32 {
	return flotilla.Answer(func(question flotilla.Template) (*flotilla.Needs, error) {
		return &flotilla.Needs{Replicas: int32(wanted(question.Manifest))}, nil
	})
}

//go:wasmexport interpretReviseReplicas
func interpretReviseReplicas() int32 {
	return flotilla.Answer(func(question flotilla.Revision) (*flotilla.Manifest, error) {
		flotilla.Set(question.Manifest, question.Replicas, "spec", "replicas")
		return &question.Manifest, nil
	})
}

//go:wasmexport interpretHealth
func interpretHealth() int32 {
	return flotilla.Answer(func(question flotilla.Template) (*flotilla.Health, error) {
		health := flotilla.Unhealthy
		isReported := flotilla.At(question.Manifest, "status") != nil
		if isReported && flotilla.IntegerAt(question.Manifest, 0, "status", "readyReplicas") >= wanted(question.Manifest) {
			health = flotilla.Healthy
		}
		return &health, nil
	})
}

//go:wasmexport interpretStatus
func interpretStatus() int32 {
	return flotilla.Answer(func(question flotilla.Template) (*flotilla.Reflection, error) {
		status, isReported := flotilla.At(question.Manifest, "status").(map[string]any)
		if !isReported {
			return &flotilla.Reflection{}, nil
		}
		kept := map[string]any{}
		for _, name := range []string{"replicas", "readyReplicas"} {
			if value := status[name]; value != nil {
				kept[name] = value
			}
		}
		return &flotilla.Reflection{Status: kept}, nil
	})
}

func sum(items []flotilla.StatusItem, name string) (total int64) {
	for _, item := range items {
		if status, ok := item.Status.(map[string]any); ok {
			total += flotilla.IntegerAt(status, 0, name)
		}
	}
	return total
}

//go:wasmexport interpretAggregate
func interpretAggregate() int32 {
	return flotilla.Answer(func(question flotilla.Aggregation) (*flotilla.Manifest, error) {
		question.Template["status"] = map[string]any{
			"replicas":      sum(question.Items, "replicas"),
			"readyReplicas": sum(question.Items, "readyReplicas"),
		}
		return &question.Template, nil
	})
}
