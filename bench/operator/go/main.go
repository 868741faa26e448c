// A minimal operator that makes the same objects as velib-operator does for a VelibPipeline on servers of the user's
// own, by controller-runtime: the peer of bench/operator. It plans nothing: the objects come from a template, a JSON
// list in which PIPELINE stands for the pipeline's name, and only the replicas of the API follow the spec.
//
// What favours it: caches of metadata alone, no limit of requests, an object is applied only when the hash of its
// content differs from the one it was applied with, nothing is read from the server before it is written, and nobody
// is asked for a pipeline's state.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"time"

	"go.uber.org/zap/zapcore"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

const (
	owner    = "minimal-operator"
	hashName = "velib.dev/applied-hash"
)

var pipelineKind = schema.GroupVersionKind{Group: "velib.dev", Version: "v1alpha1", Kind: "VelibPipeline"}

type reconciler struct {
	client.Client
	template []json.RawMessage
}

func main() {
	kubeconfig := flag.String("config", "", "kubeconfig")
	templateFile := flag.String("template", "", "JSON list of objects with PIPELINE for the pipeline's name")
	metrics := flag.String("metrics", "127.0.0.1:0", "address of /metrics")
	concurrency := flag.Int("concurrency", 4, "pipelines worked on at the same time")
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.Level(zapcore.ErrorLevel)))
	must(run(*kubeconfig, *templateFile, *metrics, *concurrency))
}

func run(kubeconfig, templateFile, metrics string, concurrency int) error {
	text, err := os.ReadFile(templateFile)
	if err != nil {
		return err
	}
	var template []json.RawMessage
	if err := json.Unmarshal(text, &template); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Metrics: server.Options{BindAddress: metrics},
		Cache:   cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
	})
	if err != nil {
		return err
	}
	pipeline := &unstructured.Unstructured{}
	pipeline.SetGroupVersionKind(pipelineKind)
	// The status is its own: a change of it alone is no news.
	build := ctrl.NewControllerManagedBy(manager).
		For(pipeline, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: concurrency})
	seen := map[schema.GroupVersionKind]bool{}
	for _, raw := range template {
		object, err := objectOf(raw)
		if err != nil {
			return err
		}
		kind := object.GroupVersionKind()
		if !seen[kind] {
			seen[kind] = true
			metadata := &metav1.PartialObjectMetadata{}
			metadata.SetGroupVersionKind(kind)
			build = build.Owns(metadata, builder.OnlyMetadata)
		}
	}
	if err := build.Complete(&reconciler{manager.GetClient(), template}); err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	pipeline := &unstructured.Unstructured{}
	pipeline.SetGroupVersionKind(pipelineKind)
	if err := r.Get(ctx, request.NamespacedName, pipeline); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	replicas, _, err := unstructured.NestedInt64(pipeline.Object, "spec", "api", "replicas")
	if err != nil {
		return ctrl.Result{}, err
	}
	for _, raw := range r.template {
		object, err := objectOf(bytes.ReplaceAll(raw, []byte("PIPELINE"), []byte(request.Name)))
		if err != nil {
			return ctrl.Result{}, err
		}
		if object.GetKind() == "Deployment" && object.GetName() == request.Name+"-api" {
			if err := unstructured.SetNestedField(object.Object, replicas, "spec", "replicas"); err != nil {
				return ctrl.Result{}, err
			}
		}
		if err := r.apply(ctx, pipeline, object); err != nil {
			return ctrl.Result{}, err
		}
	}
	return ctrl.Result{}, r.status(ctx, pipeline)
}

func (r *reconciler) apply(ctx context.Context, pipeline, object *unstructured.Unstructured) error {
	object.SetNamespace(pipeline.GetNamespace())
	object.SetOwnerReferences([]metav1.OwnerReference{*metav1.NewControllerRef(pipeline, pipelineKind)})
	content, err := json.Marshal(object)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:8])
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(object.GroupVersionKind())
	switch err := r.Get(ctx, client.ObjectKeyFromObject(object), live); {
	case err == nil && live.Annotations[hashName] == hash:
		return nil
	case client.IgnoreNotFound(err) != nil:
		return err
	}
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[hashName] = hash
	object.SetAnnotations(annotations)
	return r.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(owner), client.ForceOwnership)
}

func (r *reconciler) status(ctx context.Context, pipeline *unstructured.Unstructured) error {
	generation := pipeline.GetGeneration()
	observed, _, _ := unstructured.NestedInt64(pipeline.Object, "status", "observedGeneration")
	if observed == generation {
		return nil
	}
	status := &unstructured.Unstructured{Object: map[string]any{
		"status": map[string]any{
			"observedGeneration": generation,
			"conditions": []any{map[string]any{
				"type": "Ready", "status": "False", "reason": "Progressing", "message": "",
				"observedGeneration": generation, "lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
			}},
		},
	}}
	status.SetGroupVersionKind(pipelineKind)
	status.SetNamespace(pipeline.GetNamespace())
	status.SetName(pipeline.GetName())
	return r.Status().Patch(ctx, status, client.Apply, client.FieldOwner(owner), client.ForceOwnership)
}

func objectOf(raw []byte) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	return object, object.UnmarshalJSON(raw)
}

func must(err error) {
	if err != nil {
		ctrl.Log.Error(err, "the operator ended")
		os.Exit(1)
	}
}
