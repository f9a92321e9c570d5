# Whether the input is as a JSON schema ($schema) says, by the keywords that speedscope's has.

def valid($s):
    . as $v
    | if $s["$ref"] then valid($schema[0].definitions[$s["$ref"] | ltrimstr("#/definitions/")])
      elif $s.anyOf then any($s.anyOf[]; . as $one | $v | valid($one))
      else ($s.type == null or ($v | type) == $s.type)
          and ($s.const == null or $v == $s.const)
          and ($s.enum == null or any($s.enum[]; . == $v))
          and (if ($v | type) == "object" then
                  ($s.required // [] | all(.[]; . as $k | $v | has($k)))
                  and all($v | to_entries[]; ($s.properties // {})[.key] as $of | $of == null or (.value | valid($of)))
              elif ($v | type) == "array" and $s.items then all($v[]; valid($s.items))
              else true end)
      end;

valid($schema[0])
