#![allow(non_snake_case)] // functions are called as the points are

mod flotilla;

use extism_pdk::{plugin_fn, FnResult, Json};
use flotilla::{Aggregation, Health, Manifest, Needs, Reflection, Revision, StatusItem, Template};
use serde_json::{json, Value};

fn wanted(manifest: &Manifest) -> i64 {
    manifest["spec"]["replicas"].as_i64().unwrap_or(1)
}

#[plugin_fn]
pub fn interpretReplicas(Json(question): Json<Template>) -> FnResult<Json<Option<Needs>>> {
    let replicas = i32::try_from(wanted(&question.manifest))?;
    Ok(Json(Some(Needs { replicas, ..Needs::default() })))
}

#[plugin_fn]
pub fn interpretReviseReplicas(Json(mut question): Json<Revision>) -> FnResult<Json<Option<Manifest>>> {
    question.manifest["spec"]["replicas"] = json!(question.replicas);
    Ok(Json(Some(question.manifest)))
}

#[plugin_fn]
pub fn interpretHealth(Json(question): Json<Template>) -> FnResult<Json<Option<Health>>> {
    let status = &question.manifest["status"];
    let ready = status["readyReplicas"].as_i64().unwrap_or(0);
    let is_healthy = status.is_object() && ready >= wanted(&question.manifest);
    Ok(Json(Some(if is_healthy { "Healthy" } else { "Unhealthy" }.to_string())))
}

#[plugin_fn]
pub fn interpretStatus(Json(question): Json<Template>) -> FnResult<Json<Option<Reflection>>> {
    let status = question.manifest["status"].as_object().map(|all| {
        let kept = ["replicas", "readyReplicas"];
        Value::Object(kept.iter().filter_map(|name| Some((name.to_string(), all.get(*name)?.clone()))).collect())
    });
    Ok(Json(Some(Reflection { status })))
}

fn sum(items: &[StatusItem], name: &str) -> i64 {
    items.iter().filter_map(|item| item.status.as_ref()?[name].as_i64()).sum()
}

#[plugin_fn]
pub fn interpretAggregate(Json(mut question): Json<Aggregation>) -> FnResult<Json<Option<Manifest>>> {
    question.template["status"] = json!({
        "replicas": sum(&question.items, "replicas"),
        "readyReplicas": sum(&question.items, "readyReplicas"),
    });
    Ok(Json(Some(question.template)))
}
