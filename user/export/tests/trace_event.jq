# What the Trace Event Format asks for (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU),
# and what makes a viewer show it whole: slices of a thread nest, flows begin and end inside slices. An
# array of what does not hold, which is empty for a good trace.

def whole: type == "number" and . == floor and . >= 0;

# By kind of event: the members that it must have, and those that it may have.
def must: {
    M: ["ph", "pid", "name", "args"], X: ["ph", "pid", "tid", "name", "cat", "ts", "dur"], C: ["ph", "pid", "name", "ts", "args"],
    s: ["ph", "pid", "tid", "name", "cat", "ts", "id"], f: ["ph", "pid", "tid", "name", "cat", "ts", "id", "bp"]
};
def may: {M: ["tid"], X: ["args"], C: [], s: [], f: []};

def bad_event:
    . as $e
    | if must | has($e.ph) | not then "kind"
      elif must[.ph] - keys != [] or keys - must[.ph] - may[.ph] != [] then "members"
      elif (.pid | whole | not) or (has("tid") and (.tid | whole | not)) then "pid or tid"
      elif (.name | type) != "string" or .name == "" then "name"
      elif has("ts") and ((.ts | type) != "number" or .ts < 0) then "ts"
      elif has("dur") and ((.dur | type) != "number" or .dur < 0) then "dur"
      elif .ph == "M" and ({process_name: ["name"], thread_name: ["name"], process_labels: ["labels"]}[.name] != (.args | keys) or (.args[] | type) != "string") then "metadata"
      elif .ph == "M" and .name == "thread_name" and (has("tid") | not) then "a thread without tid"
      elif .ph == "C" and (.args | length == 0 or any(.[]; type != "number")) then "counter"
      elif .ph == "f" and .bp != "e" then "bp"
      else empty end
    | "\(.): \($e)";

# Slices of one thread that overlap, but not one in the other.
def crossing:
    reduce (sort_by(.ts, -.dur)[]) as $s ({open: [], bad: []};
        .open |= map(select(. > $s.ts))
        | if .open != [] and .open[-1] < $s.ts + $s.dur then .bad += ["crosses another: \($s)"] else . end
        | .open += [$s.ts + $s.dur])
    | .bad[];

def in_no_slice($slices):
    . as $flow | select(any($slices["\(.pid) \(.tid)"][]?; .ts <= $flow.ts and $flow.ts < .ts + .dur) | not)
    | "in no slice: \(.)";

(map(select(.ph == "X")) | group_by([.pid, .tid])) as $threads
| ($threads | map({key: "\(.[0].pid) \(.[0].tid)", value: .}) | from_entries) as $slices
| map(select(.ph == "s" or .ph == "f")) as $flows
| [(.[] | bad_event),
   ($threads[] | crossing),
   ($flows[] | in_no_slice($slices)),
   ($flows | group_by(.id)[] | select(map(.ph) != ["s", "f"] or .[0].ts > .[1].ts) | "flow \(.[0].id)")]
