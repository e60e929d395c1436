/** Completion for bash, from 3.2 on: macOS has no later one. */
import { SH_SEARCH, shTable } from './sh.ts';
import type { Table } from './tables.ts';

/** The script. */
export function bashScript(tables: readonly Table[]): string {
  return `# Completion of epochnoise for bash:  eval "$(epochnoise completion bash)"
${tables.map(shTable).join('')}${SH_SEARCH}
_epochnoise() {
  local IFS=$'\\n' place kind taken current before i offer
  local -a words
  # Bash cuts words at "=": together again.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    if [[ $i -gt 1 && ( \${COMP_WORDS[i]} == '=' || \${COMP_WORDS[i - 1]} == '=' ) ]]; then
      words[\${#words[@]} - 1]=\${words[\${#words[@]} - 1]}\${COMP_WORDS[i]}
    else
      words[\${#words[@]}]=\${COMP_WORDS[i]}
    fi
  done
  i=$((\${#words[@]} - 1))
  _epochnoise_search "\${words[i]}" "\${words[@]:0:i}"
  # What bash took for a word of its own must not be repeated.
  [[ $COMP_WORDBREAKS == *=* ]] && before=''
  COMPREPLY=()
  for offer in $(_epochnoise_offers); do
    offer=\${offer%%$'\\t'*}
    [[ $offer == "$current"* ]] && COMPREPLY[\${#COMPREPLY[@]}]=$before$offer
  done
  case "$kind" in
    setting) type compopt > /dev/null 2>&1 && compopt -o nospace ;;
    folder) COMPREPLY=($(compgen -d -P "$before" -- "$current")) ;;
    file) COMPREPLY=($(compgen -f -P "$before" -- "$current")) ;;
    experiment | sweep)
      for offer in $(compgen -f -- "$current"); do
        [[ -d $offer || $offer == *.yaml || $offer == *.yml || $offer == *.json ]] && COMPREPLY[\${#COMPREPLY[@]}]=$offer
      done
      ;;
  esac
  case "$kind" in folder | file | experiment | sweep) type compopt > /dev/null 2>&1 && compopt -o filenames ;; esac
  return 0
}
complete -F _epochnoise epochnoise
`;
}
