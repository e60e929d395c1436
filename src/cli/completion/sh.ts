/** What the scripts for bash and zsh share: their syntax for tables, and finding out what may stand at the cursor. */
import type { Table } from './tables.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A function that prints the lines of a table's row. */
export function shTable({ name, rows }: Table): string {
  const cases = rows.map(([key, lines]) => `    ${quoted(key)}) printf '%s\\n' ${lines.map(quoted).join(' ')} ;;`);
  return `_epochnoise_${name}() {\n  case "$1" in\n${cases.join('\n')}\n  esac\n}\n`;
}

/** The caller holds `place`, `taken`, `kind`, `current` and `before` as its own. */
export const SH_SEARCH = `
# Given the word at the cursor and those before it: what may stand there (kind), the part of the word that is to be
# completed (current), and what of it comes before (before).
_epochnoise_search() {
  current=$1 before='' place='' kind='' taken=0
  shift
  local word next
  for word in "$@"; do
    # The value of the option before.
    if [[ -n $kind ]]; then kind=''; continue; fi
    next=$(_epochnoise_place "$place $word")
    case "$word" in
      -*) kind=$(_epochnoise_value "$place $word") ;;
      *) if [[ -n $next ]]; then place=$next; else taken=$((taken + 1)); fi ;;
    esac
  done
  if [[ -z $kind && $current == --*=* ]]; then
    kind=$(_epochnoise_value "$place \${current%%=*}")
    before=\${current%%=*}=
    current=\${current#*=}
  elif [[ -z $kind && $current == -* ]]; then
    kind=option
  elif [[ -z $kind ]]; then
    kind=$(_epochnoise_argument "$place $taken")
    [[ -n $kind ]] || kind=$(_epochnoise_argument "$place +")
    [[ -n $kind ]] || kind=command
  fi
  if [[ $kind == setting && $current == *=* ]]; then
    kind=words:$(_epochnoise_settings "\${current%%=*}" | tr '\\n' ' ')
    before=$before\${current%%=*}=
    current=\${current#*=}
  fi
}

# What may stand there, in lines, what each says after a tab.
_epochnoise_offers() {
  case "$kind" in
    words:*) printf '%s\\n' "\${kind#words:}" | tr ' ' '\\n' ;;
    setting) _epochnoise_settings '' ;;
    experiment | sweep) _epochnoise_names "$kind" ;;
    option) _epochnoise_options "$place" ;;
    command) _epochnoise_commands "$place" ;;
  esac
}
`;
