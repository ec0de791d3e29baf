// Does with client-go what programs do: typed clients that send protobuf, informers, server-side apply. One line for each step that went well.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	protobuf  = "application/vnd.kubernetes.protobuf"
	namespace = "client-go"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func require(ok bool, format string, args ...any) {
	if !ok {
		check(fmt.Errorf(format, args...))
	}
}

func done(step string) { fmt.Println(step) }

func pointer[T any](value T) *T { return &value }

type clients struct {
	kubernetes.Interface
	definitions apiextensions.Interface
}

// One who sends a content type, and takes what may be accepted.
func connect(base *rest.Config, contentType, accepted string) clients {
	config := rest.CopyConfig(base)
	config.ContentType = contentType
	config.AcceptContentTypes = accepted
	typed, err := kubernetes.NewForConfig(config)
	check(err)
	definitions, err := apiextensions.NewForConfig(config)
	check(err)
	return clients{typed, definitions}
}

var meta = metav1.ObjectMeta{Name: "sample", Labels: map[string]string{"app": "web"}, Annotations: map[string]string{"empty": ""}}
var labels = map[string]string{"app": "web"}

func pod() corev1.PodTemplateSpec {
	container := corev1.Container{
		Name:  "web",
		Image: "nginx",
		Env: []corev1.EnvVar{
			{Name: "EMPTY"},
			{Name: "NODE", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}},
			{Name: "COLOR", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Key: "color", Optional: pointer(false),
			}}},
		},
		Ports: []corev1.ContainerPort{{ContainerPort: 80}},
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("1500m"), corev1.ResourceMemory: resource.MustParse("1Gi"),
		}},
		LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{
			HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromString("http")},
		}},
		SecurityContext: &corev1.SecurityContext{RunAsUser: pointer(int64(0)), Privileged: pointer(false)},
	}
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{container},
			Volumes: []corev1.Volume{
				{Name: "scratch", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
				{Name: "small", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: pointer(resource.MustParse("5M"))}}},
			},
			Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists, TolerationSeconds: pointer(int64(0)), Effect: corev1.TaintEffectNoExecute}},
			TerminationGracePeriodSeconds: pointer(int64(0)),
			EnableServiceLinks:            pointer(false),
		},
	}
}

func job() batchv1.JobSpec {
	template := pod()
	template.Spec.RestartPolicy = corev1.RestartPolicyNever
	return batchv1.JobSpec{BackoffLimit: pointer(int32(0)), Template: template}
}

func definition() *apiextensionsv1.CustomResourceDefinition {
	size := apiextensionsv1.JSONSchemaProps{
		Type: "integer", Minimum: pointer(0.0), Default: &apiextensionsv1.JSON{Raw: []byte("0")},
		Enum: []apiextensionsv1.JSON{{Raw: []byte("0")}, {Raw: []byte("1")}},
	}
	parts := apiextensionsv1.JSONSchemaProps{
		Type: "array", XListType: pointer("map"), XListMapKeys: []string{"name"},
		Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &apiextensionsv1.JSONSchemaProps{
			Type: "object", Required: []string{"name"}, Properties: map[string]apiextensionsv1.JSONSchemaProps{"name": {Type: "string"}},
		}},
	}
	tags := apiextensionsv1.JSONSchemaProps{
		Type:                 "object",
		AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true, Schema: &apiextensionsv1.JSONSchemaProps{Type: "string"}},
	}
	free := apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: pointer(true)}
	either := apiextensionsv1.JSONSchemaProps{XIntOrString: true}
	spec := apiextensionsv1.JSONSchemaProps{
		Type:         "object",
		Properties:   map[string]apiextensionsv1.JSONSchemaProps{"size": size, "parts": parts, "tags": tags, "free": free, "either": either},
		XValidations: apiextensionsv1.ValidationRules{{Rule: "self.size >= 0"}},
	}
	schema := &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": spec}}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "widgets.client-go.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "client-go.example.com", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "widgets", Kind: "Widget"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema:       &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: schema},
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
			}},
		},
	}
}

// What is created: zeros that mean something, zeros that mean nothing, and every kind of value that is one thing in JSON and another in protobuf.
func samples(ctx context.Context, c clients, options metav1.CreateOptions) map[string]func() (any, error) {
	moment := metav1.NewMicroTime(time.Unix(1_750_000_000, 123_456_789).UTC())
	return map[string]func() (any, error){
		"ConfigMap": func() (any, error) {
			return c.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{
				ObjectMeta: meta, Data: map[string]string{"empty": "", "color": "blau und grün"}, BinaryData: map[string][]byte{"bytes": {0, 255}},
				Immutable: pointer(false),
			}, options)
		},
		"Secret": func() (any, error) {
			return c.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{
				ObjectMeta: meta, Data: map[string][]byte{"none": {}, "bytes": {0, 1, 254, 255}}, StringData: map[string]string{"text": "plain"},
			}, options)
		},
		"Deployment": func() (any, error) {
			surge := intstr.FromString("25%")
			none := intstr.FromInt32(0)
			return c.AppsV1().Deployments(namespace).Create(ctx, &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{
				Replicas: pointer(int32(0)), Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: pod(),
				Strategy: appsv1.DeploymentStrategy{RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &none}},
			}}, options)
		},
		"StatefulSet": func() (any, error) {
			return c.AppsV1().StatefulSets(namespace).Create(ctx, &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{
				ServiceName: "web", Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: pod(),
			}}, options)
		},
		"Job": func() (any, error) {
			return c.BatchV1().Jobs(namespace).Create(ctx, &batchv1.Job{ObjectMeta: meta, Spec: job()}, options)
		},
		"CronJob": func() (any, error) {
			return c.BatchV1().CronJobs(namespace).Create(ctx, &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{
				Schedule: "0 0 * * *", Suspend: pointer(false), JobTemplate: batchv1.JobTemplateSpec{Spec: job()},
			}}, options)
		},
		"Service": func() (any, error) {
			return c.CoreV1().Services(namespace).Create(ctx, &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{
				ClusterIP: corev1.ClusterIPNone, Selector: labels, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromString("http")}},
			}}, options)
		},
		"Lease": func() (any, error) {
			return c.CoordinationV1().Leases(namespace).Create(ctx, &coordinationv1.Lease{ObjectMeta: meta, Spec: coordinationv1.LeaseSpec{
				HolderIdentity: pointer("me"), AcquireTime: &moment, LeaseTransitions: pointer(int32(0)),
			}}, options)
		},
		"Role": func() (any, error) {
			return c.RbacV1().Roles(namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{
				APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"},
			}}}, options)
		},
		"Role without rules": func() (any, error) {
			return c.RbacV1().Roles(namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta}, options)
		},
		"EndpointSlice without endpoints": func() (any, error) {
			return c.DiscoveryV1().EndpointSlices(namespace).Create(ctx, &discoveryv1.EndpointSlice{
				ObjectMeta: meta, AddressType: discoveryv1.AddressTypeIPv4,
			}, options)
		},
		"NetworkPolicy": func() (any, error) {
			return c.NetworkingV1().NetworkPolicies(namespace).Create(ctx, &networkingv1.NetworkPolicy{ObjectMeta: meta}, options)
		},
		"PodDisruptionBudget": func() (any, error) {
			one := intstr.FromInt32(1)
			return c.PolicyV1().PodDisruptionBudgets(namespace).Create(ctx, &policyv1.PodDisruptionBudget{
				ObjectMeta: meta, Spec: policyv1.PodDisruptionBudgetSpec{MinAvailable: &one, Selector: &metav1.LabelSelector{}},
			}, options)
		},
		"HorizontalPodAutoscaler": func() (any, error) {
			return c.AutoscalingV2().HorizontalPodAutoscalers(namespace).Create(ctx, &autoscalingv2.HorizontalPodAutoscaler{
				ObjectMeta: meta, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
					ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}, MaxReplicas: 3,
				},
			}, options)
		},
		"CustomResourceDefinition": func() (any, error) {
			return c.definitions.ApiextensionsV1().CustomResourceDefinitions().Create(ctx, definition(), options)
		},
	}
}

// Without what is another each time.
func plain(object any) string {
	text, err := json.Marshal(object)
	check(err)
	fields := map[string]any{}
	check(json.Unmarshal(text, &fields))
	about := fields["metadata"].(map[string]any)
	for _, name := range []string{"uid", "creationTimestamp", "managedFields", "resourceVersion"} {
		delete(about, name)
	}
	delete(fields, "status") // times
	if spec, ok := fields["spec"].(map[string]any); ok {
		delete(spec, "selector") // of a Job: its uid
		if template, ok := spec["template"].(map[string]any); ok {
			delete(template, "metadata")
		}
	}
	text, err = json.Marshal(fields)
	check(err)
	return string(text)
}

func sameAsJSON(ctx context.Context, binary, text clients) {
	options := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict}
	asText := samples(ctx, text, options)
	for kind, create := range samples(ctx, binary, options) {
		sent, err := create()
		if err != nil {
			err = fmt.Errorf("%s: %w", kind, err)
		}
		check(err)
		expected, err := asText[kind]()
		check(err)
		require(plain(sent) == plain(expected), "%s differs:\n%s\n%s", kind, plain(sent), plain(expected))
	}
	done("what is sent as protobuf is what is sent as JSON")
}

func deploy(ctx context.Context, c clients) {
	deployments := c.AppsV1().Deployments(namespace)
	created, err := deployments.Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       appsv1.DeploymentSpec{Replicas: pointer(int32(0)), Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: pod()},
	}, metav1.CreateOptions{})
	check(err)
	require(*created.Spec.Replicas == 0, "replicas are %d", *created.Spec.Replicas)
	created.Spec.Template.Spec.Containers[0].Image = "nginx:2"
	updated, err := deployments.Update(ctx, created, metav1.UpdateOptions{})
	check(err)
	_, err = deployments.Update(ctx, created, metav1.UpdateOptions{})
	require(apierrors.IsConflict(err), "an old version is no conflict: %v", err)
	updated.Status.ObservedGeneration = updated.Generation
	_, err = deployments.UpdateStatus(ctx, updated, metav1.UpdateOptions{})
	check(err)
	scale, err := deployments.GetScale(ctx, "web", metav1.GetOptions{})
	check(err)
	scale.Spec.Replicas = 2
	scale, err = deployments.UpdateScale(ctx, "web", scale, metav1.UpdateOptions{})
	check(err)
	require(scale.Spec.Replicas == 2, "scaled to %d", scale.Spec.Replicas)
	done("a deployment is created, updated and scaled")

	wrong := types.UID("another")
	err = deployments.Delete(ctx, "web", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}})
	require(apierrors.IsConflict(err), "the wrong one is deleted: %v", err)
	background := metav1.DeletePropagationBackground
	check(deployments.Delete(ctx, "web", metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(created.UID)), PropagationPolicy: &background}))
	_, err = deployments.Get(ctx, "web", metav1.GetOptions{})
	require(apierrors.IsNotFound(err), "it is still there: %v", err)
	done("it is deleted by its uid only")
}

func inform(ctx context.Context, c clients) {
	factory := informers.NewSharedInformerFactoryWithOptions(c, 0, informers.WithNamespace(namespace))
	configMaps := factory.Core().V1().ConfigMaps()
	events := make(chan string, 16)
	_, err := configMaps.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { events <- "added " + object.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, object any) { events <- "updated " + object.(*corev1.ConfigMap).Data["color"] },
		DeleteFunc: func(object any) { events <- "deleted" },
	})
	check(err)
	expect := func(wanted string) {
		select {
		case event := <-events:
			require(event == wanted, "%s instead of %s", event, wanted)
		case <-ctx.Done():
			check(fmt.Errorf("nothing was %s: %w", wanted, ctx.Err()))
		}
	}
	create := func(name string) {
		_, err := c.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		check(err)
	}
	create("before")
	watching, stop := context.WithCancel(ctx)
	defer factory.Shutdown()
	defer stop()
	factory.Start(watching.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		require(synced, "%v is not in sync", kind)
	}
	expect("added before")
	create("after")
	expect("added after")
	_, err = c.CoreV1().ConfigMaps(namespace).Patch(ctx, "after", types.StrategicMergePatchType, []byte(`{"data":{"color":"red"}}`), metav1.PatchOptions{})
	check(err)
	expect("updated red")
	found, err := configMaps.Lister().ConfigMaps(namespace).Get("after")
	check(err)
	require(found.Data["color"] == "red", "the cache has %v", found.Data)
	check(c.CoreV1().ConfigMaps(namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{FieldSelector: "metadata.name=after"}))
	expect("deleted")
	done("an informer hears what happens")
}

func apply(ctx context.Context, c clients) {
	configMaps := c.CoreV1().ConfigMaps(namespace)
	settings := applycorev1.ConfigMap("settings", namespace).WithData(map[string]string{"color": "red"})
	_, err := configMaps.Apply(ctx, settings, metav1.ApplyOptions{FieldManager: "one"})
	check(err)
	settings.WithData(map[string]string{"color": "blue"})
	_, err = configMaps.Apply(ctx, settings, metav1.ApplyOptions{FieldManager: "two"})
	require(apierrors.IsConflict(err), "there is no conflict: %v", err)
	applied, err := configMaps.Apply(ctx, settings, metav1.ApplyOptions{FieldManager: "two", Force: true})
	check(err)
	own, err := applycorev1.ExtractConfigMap(applied, "two")
	check(err)
	require(own.Data["color"] == "blue", "two owns %v", own.Data)
	// what was read, managedFields and all, goes back as protobuf
	applied.Data["size"] = "1"
	updated, err := configMaps.Update(ctx, applied, metav1.UpdateOptions{FieldManager: "three"})
	check(err)
	require(len(updated.ManagedFields) == 2, "it is managed by %v", updated.ManagedFields)
	done("server-side apply has owners and conflicts")
}

func define(ctx context.Context, c clients) {
	created, err := c.definitions.ApiextensionsV1().CustomResourceDefinitions().Create(ctx, definition(), metav1.CreateOptions{})
	check(err)
	check(c.definitions.ApiextensionsV1().CustomResourceDefinitions().Delete(ctx, created.Name, metav1.DeleteOptions{}))
	done("a definition is created and deleted")
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	config.QPS, config.Burst = 1000, 1000
	binary := connect(config, protobuf, protobuf+",application/json")
	text := connect(config, "application/json", "application/json")

	_, err = binary.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	check(err)
	sameAsJSON(ctx, binary, text)
	deploy(ctx, binary)
	inform(ctx, binary)
	apply(ctx, binary)
	define(ctx, binary)
	check(binary.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}))
}
