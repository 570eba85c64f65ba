//! `skaffold.yaml` names what there is.

use std::fs;

use folkmoot_crds::ForumInstance;
use serde_json::Value;

use crate::{fresh::repository, yaml};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).expect(path)
}

fn at<'a>(config: &'a Value, pointer: &str) -> &'a Value {
    config.pointer(pointer).expect(pointer)
}

#[test]
fn its_images_are_targets_of_the_dockerfile_and_reach_what_runs_them() {
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains("\nARG PROFILE="));
    let configs = yaml::documents(&read("skaffold.yaml"));
    let [operator, forum] = &configs[..] else {
        panic!("two configurations");
    };
    for config in [operator, forum] {
        let artifact = at(config, "/build/artifacts/0");
        let target = at(artifact, "/docker/target").as_str().unwrap();
        assert!(dockerfile.contains(&format!(" AS {target}\n")), "{target}");
        assert_eq!(at(config, "/profiles/0/patches/0/value/PROFILE"), "dev");
    }

    let release = at(operator, "/deploy/helm/releases/0");
    let image = at(operator, "/build/artifacts/0/image").as_str().unwrap();
    let values = at(release, "/setValueTemplates").as_object().unwrap();
    let chart = release["chartPath"].as_str().unwrap();
    let schema: Value =
        serde_json::from_str(&read(&format!("{chart}/values.schema.json"))).unwrap();
    for (name, template) in values {
        let path = format!("/properties/{}", name.replace('.', "/properties/"));
        assert!(schema.pointer(&path).is_some(), "{name}");
        assert!(
            template
                .as_str()
                .unwrap()
                .contains(&image.replace('-', "_"))
        );
    }

    assert_eq!(
        at(forum, "/requires/0/configs/0"),
        at(operator, "/metadata/name")
    );
    let sample = read(at(forum, "/manifests/rawYaml/0").as_str().unwrap());
    let sample: ForumInstance = serde_json::from_value(yaml::documents(&sample).remove(0)).unwrap();
    assert_eq!(
        at(forum, "/build/artifacts/0/image"),
        sample.spec.image.as_str()
    );
    let name = sample.metadata.name.unwrap();
    assert_eq!(
        at(forum, "/portForward/0/resourceName"),
        format!("{name}-edge").as_str()
    );
}
