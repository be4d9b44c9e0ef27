# fish completion of ssh-forward-agentd

set -l serve 'not __fish_seen_subcommand_from token revoke ping status'
set -l token '__fish_seen_subcommand_from token'
set -l shows '__fish_seen_subcommand_from status'

complete -c ssh-forward-agentd -f
complete -c ssh-forward-agentd -n __fish_use_subcommand -a token -d 'Make a token of the running daemon'
complete -c ssh-forward-agentd -n __fish_use_subcommand -a revoke -d 'End what tokens of a name are good for'
complete -c ssh-forward-agentd -n __fish_use_subcommand -a ping -d 'Is the running daemon well?'
complete -c ssh-forward-agentd -n __fish_use_subcommand -a status -d 'How the running daemon fares'

complete -c ssh-forward-agentd -n $serve -l key -x -d 'Key files'
complete -c ssh-forward-agentd -n $serve -l agent -x -d 'A running agent'
complete -c ssh-forward-agentd -n $serve -l ssh -x -d 'A key or an agent, as BuildKit has it'
complete -c ssh-forward-agentd -n $serve -l secret -x -d 'A secret, as BuildKit has it'
complete -c ssh-forward-agentd -n $serve -l known-hosts -r -F -d 'The host keys to go by'
complete -c ssh-forward-agentd -n $serve -l passphrase-file -r -F -d 'Passphrases of key files'
complete -c ssh-forward-agentd -n $serve -l listen -x -a 'auto unix: (command ls /sys/class/net 2>/dev/null)' -d 'Where to listen'
complete -c ssh-forward-agentd -n $serve -l trust-network -d 'Who comes over the named interface needs no token'
complete -c ssh-forward-agentd -n $serve -l discoverable -d 'Answer broadcasts'
complete -c ssh-forward-agentd -n $serve -l allow -x -d 'Let nobody else connect'
complete -c ssh-forward-agentd -n $serve -l token-file -r -F -d 'Keep the secret of tokens there'
complete -c ssh-forward-agentd -n $serve -l config -r -F -d 'The configuration file'
complete -c ssh-forward-agentd -n $serve -s t -l test -d 'Say what is wrong with the configuration'
complete -c ssh-forward-agentd -n $serve -l fork -d 'Go to the background once listening'
complete -c ssh-forward-agentd -n $serve -l log-level -x -a 'error warn info debug' -d 'How much to log'
complete -c ssh-forward-agentd -n $serve -l audit-log -r -F -d 'A line of JSON for each decision; journal, or a file'
complete -c ssh-forward-agentd -n $serve -l audit -x -a 'best-effort required' -d 'Whether signing needs the audit log'
complete -c ssh-forward-agentd -n $serve -l limit -x -a 'links= links-per-address= connections-per-link= upstream-per-id= login-seconds= failed-logins-per-minute= request-seconds= sign-seconds= confirm-seconds= confirm-prompts= confirm-queue= secret-bytes= secrets-per-link= secret-stall-seconds=' -d 'A bound'
complete -c ssh-forward-agentd -n $serve -l version -d 'Print the version'

complete -c ssh-forward-agentd -n $token -l id -x -d 'What it is good for'
complete -c ssh-forward-agentd -n $token -l secret -x -d 'A secret that it is good for'
complete -c ssh-forward-agentd -n $token -l expires -x -a '15m 2h 7d' -d 'For how long'
complete -c ssh-forward-agentd -n $token -l max-signatures -x -d 'How many signatures it is good for'
complete -c ssh-forward-agentd -n $token -l name -x -d 'What the log calls it'
complete -c ssh-forward-agentd -n $token -l token-file -r -F -d 'Make it of the secret in this file'
complete -c ssh-forward-agentd -n $token -l port -x -d 'Where the daemon listens'

complete -c ssh-forward-agentd -n $shows -l json -d 'As a JSON document'
complete -c ssh-forward-agentd -n $shows -l watch -d 'Again and again'

complete -c ssh-forward-agentd -l help -d 'List the options'
