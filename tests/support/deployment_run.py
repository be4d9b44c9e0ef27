#!/usr/bin/python3
"""What kubelet makes of a Deployment's pod, as arguments of docker run.

deployment_run.py MANIFEST SECRETS WORK: SECRETS/NAME/KEY are what Secrets hold. Prints the options, the image and the
arguments, each with a NUL at its end. Whatever it does not know in the pod is an error, so that no line of
the manifest is left out of what is tested.
"""

import os
import shutil
import sys

import yaml


def take(mapping, known, where):
    unknown = set(mapping) - set(known)
    if unknown:
        sys.exit(f"{where}: what to make of {', '.join(sorted(unknown))}?")
    return mapping


def secret_volume(source, secrets, work, group):
    """Root's files, and the group's to read, as kubelet makes them with fsGroup."""
    take(source, ["secretName", "defaultMode"], "secret")
    made = os.path.join(work, source["secretName"])
    shutil.copytree(os.path.join(secrets, source["secretName"]), made)
    for name in os.listdir(made):
        path = os.path.join(made, name)
        os.chown(path, 0, group)
        os.chmod(path, source["defaultMode"] | 0o040)
    os.chown(made, 0, group)
    os.chmod(made, 0o750)
    return made


def main(manifest, secrets, work):
    with open(manifest, encoding="utf-8") as file:
        spec = yaml.safe_load(file)["spec"]["template"]["spec"]
    take(spec, ["automountServiceAccountToken", "enableServiceLinks", "terminationGracePeriodSeconds",
                "securityContext", "containers", "volumes"], "pod")
    pod = take(spec["securityContext"], ["runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "seccompProfile"],
               "securityContext")
    [container] = spec["containers"]
    take(container, ["name", "image", "imagePullPolicy", "args", "env", "ports", "securityContext",
                     "readinessProbe", "livenessProbe", "resources", "volumeMounts"], "container")
    context = take(container["securityContext"],
                   ["allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities"], "container")
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    group = pod["fsGroup"]
    run = ["--user", f"{pod['runAsUser']}:{pod['runAsGroup']}", "--group-add", str(group),
           "--stop-timeout", str(spec["terminationGracePeriodSeconds"])]

    assert pod["runAsNonRoot"] and pod["runAsUser"] != 0
    if context["readOnlyRootFilesystem"]:
        run.append("--read-only")
    if not context["allowPrivilegeEscalation"]:
        run += ["--security-opt", "no-new-privileges"]
    for capability in context["capabilities"]["drop"]:
        run += ["--cap-drop", capability]
    run += ["--memory", container["resources"]["limits"]["memory"].replace("Mi", "m")]
    for variable in container["env"]:
        run += ["--env", f"{variable['name']}={variable['value']}"]
    for volume in spec["volumes"]:
        path = mounts[volume["name"]]["mountPath"]
        if "secret" in volume:
            run += ["--volume", f"{secret_volume(volume['secret'], secrets, work, group)}:{path}:ro"]
        else:
            size = take(volume["emptyDir"], ["medium", "sizeLimit"], "emptyDir")["sizeLimit"]
            run += ["--tmpfs", f"{path}:mode=2777,size={size.replace('Mi', 'm')}"]
    # The image's own health check is that command.
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["exec"]["command"] == ["/ssh-forward-agentd", "ping"], probe
    run += ["--health-interval", "1s"]
    print(*run, container["image"], *container["args"], sep="\0", end="\0")


main(*sys.argv[1:])
