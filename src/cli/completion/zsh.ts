/** Completion for zsh. */
import { SH_SEARCH, shTable } from './sh.ts';
import type { Table } from './tables.ts';

/** The script. */
export function zshScript(tables: readonly Table[]): string {
  return `#compdef epochnoise
# Completion of epochnoise for zsh:  source <(epochnoise completion zsh), after compinit; or as a file _epochnoise in $fpath
${tables.map(shTable).join('')}${SH_SEARCH}
_epochnoise() {
  local place kind taken current before offer
  local -a offers said
  _epochnoise_search "\${words[CURRENT]}" "\${(@)words[2,CURRENT-1]}"
  [[ -n $before ]] && compset -P "$before"
  for offer in "\${(@f)$(_epochnoise_offers)}"; do
    [[ -n $offer ]] || continue
    offers+=("\${offer%%$'\\t'*}")
    said+=("\${\${offer%%$'\\t'*}//:/\\\\:}:\${offer#*$'\\t'}")
  done
  case "$kind" in
    setting) compadd -S '' -a offers ;;
    option | command) _describe -V "$kind" said ;;
    folder) _files -/ ;;
    file) _files ;;
    experiment | sweep)
      compadd -a offers
      _files -g '*.(yaml|yml|json)'
      ;;
    *) compadd -a offers ;;
  esac
}
# Loaded as a function of $fpath it is called at once; sourced, it is made known.
if [[ $funcstack[1] == _epochnoise ]]; then _epochnoise "$@"; else compdef _epochnoise epochnoise; fi
`;
}
