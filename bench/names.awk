# names.awk - what bench/run's contenders are called where people read of them, and their order there.

BEGIN {
	contender_names = "direct bk-agent buildah-agent filter ssh-L socat us-agent mount-agent socket-agent relay-agent " \
		"bk-keys buildah-keys us-keys mount-keys socket-keys relay-keys"
	contender_count = split(contender_names, contenders, " ")
	label["direct"] = "ssh-agent itself"
	label["bk-agent"] = "BuildKit, agent"
	label["bk-keys"] = "BuildKit, key files"
	label["buildah-agent"] = "buildah, agent"
	label["buildah-keys"] = "buildah, key files"
	label["filter"] = "ssh-agent-filter"
	label["ssh-L"] = "ssh -L to sshd, agent"
	label["socat"] = "socat, agent"
	label["us-agent"] = "**us**, agent"
	label["us-keys"] = "**us**, key files"
	label["mount-agent"] = "us, mounted socket, agent"
	label["mount-keys"] = "us, mounted socket, key files"
	label["socket-agent"] = "us, mounted socket, no shim, agent"
	label["socket-keys"] = "us, mounted socket, no shim, key files"
	label["relay-agent"] = "relay that does nothing, agent"
	label["relay-keys"] = "relay that does nothing, our keeper"
	label["first-us-keys"] = "ssh-shim, key files"
	label["first-us-agent"] = "ssh-shim, agent"
	label["first-mount-keys"] = "ssh-shim with a mounted socket, key files"
	label["first-ssh-L"] = "ssh -L to sshd, agent"
	label["rules-none"] = "neither"
	label["rules-audit"] = "audit log, a file"
	label["rules-policy"] = "hosts, users, keys, number and lifetime"
	label["rules-both"] = "both"
}
