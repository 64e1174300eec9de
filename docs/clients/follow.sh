#!/usr/bin/env bash
# Follow a ceremony with curl: each message of the event stream is a line of JSON on standard output.
#
#     ./follow.sh http://localhost:8000 oscars-97
#
# After a cut it comes back with `Last-Event-ID`, and no version is told twice or left out. Ends with
# an error where the server refuses for good, such as for a ceremony that is not there.
set -uo pipefail
url=${1%/} ceremony=$2 cursor='' pause=1

while :; do
    # A heartbeat comes every 10 s: less than a byte a second for 30 s is a dead connection.
    while IFS= read -r line; do
        case $line in
            id:*) cursor=${line#id: } ;;
            retry:*) pause=$(awk -v ms="${line#retry:}" 'BEGIN { print ms / 1000 }') ;;
            data:*) printf '%s\n' "${line#data: }" ;;
            status:4[0-9][0-9])
                [ "$line" = status:429 ] && continue
                echo "follow.sh: refused with ${line#status:}" >&2
                exit 1
                ;;
        esac
    done < <(curl --silent --show-error --no-buffer --speed-limit 1 --speed-time 30 \
        ${cursor:+--header "Last-Event-ID: $cursor"} --write-out '\nstatus:%{http_code}\n' \
        "$url/api/ceremonies/$ceremony/live")
    sleep "$pause"
    pause=1
done
