#!/usr/bin/env bash
# Post one event with curl, once, whatever happens to the connection.
#
#     TRACKER_TOKEN=... ./post.sh http://localhost:8000 our-night '{"type":"ceremony-started"}' [VERSION]
#
# The idempotency key makes a retry safe: the same key and body get the first answer again. With a
# VERSION the event is taken only if the head is that one (412 otherwise: look at what is new first).
# Prints the answer; ends with an error where the event was refused or nobody answered.
set -euo pipefail
url=${1%/} ceremony=$2 event=$3 version=${4:-}
: "${TRACKER_TOKEN:?is the token to post with}"
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

for pause in 0.1 0.5 1 2 5 0; do
    # The token is given by standard input: as an argument every user of the machine could read it.
    answer=$(curl --silent --show-error --max-time 15 --config - --write-out '\n%{http_code}' \
        --header "Idempotency-Key: $key" --header 'Content-Type: application/json' \
        ${version:+--header "If-Match: \"$version\""} --data-binary "$event" \
        "$url/api/ceremonies/$ceremony/events" <<<"header = \"Authorization: Bearer $TRACKER_TOKEN\"") ||
        answer=$'\n000'
    status=${answer##*$'\n'}
    case $status in
        000 | 429 | 503) sleep "$pause" ;; # nobody answered, or not now: send the same again
        2*) printf '%s\n' "${answer%$'\n'*}" && exit 0 ;;
        *) break ;;
    esac
done
printf '%s\n' "${answer%$'\n'*}" >&2
exit 1
