/** Completion for fish, from 3.0 on. */
import type { Table } from './tables.ts';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishTable({ name, rows }: Table): string {
  const cases = rows.map(
    ([key, lines]) => `        case ${quoted(key)}\n            printf '%s\\n' ${lines.map(quoted).join(' ')}`,
  );
  return `function __epochnoise_${name}\n    switch "$argv[1]"\n${cases.join('\n')}\n    end\nend\n`;
}

/** The script. */
export function fishScript(tables: readonly Table[]): string {
  return `# Completion of epochnoise for fish:  epochnoise completion fish | source
${tables.map(fishTable).join('')}
function __epochnoise_offers
    set -l place ''
    set -l kind ''
    set -l taken 0
    set -l before ''
    set -l current (commandline -ct)
    for word in (commandline -opc)[2..-1]
        # The value of the option before.
        if test -n "$kind"
            set kind ''
            continue
        end
        set -l next (__epochnoise_place "$place $word")
        if string match -q -- '-*' "$word"
            set kind (__epochnoise_value "$place $word")
        else if test -n "$next"
            set place $next
        else
            set taken (math $taken + 1)
        end
    end
    if test -z "$kind"; and string match -q -- '--*=*' "$current"
        set -l cut (string split -m 1 = -- "$current")
        set kind (__epochnoise_value "$place $cut[1]")
        set before "$cut[1]="
        set current "$cut[2]"
    else if test -z "$kind"; and string match -q -- '-*' "$current"
        set kind option
    else if test -z "$kind"
        set kind (__epochnoise_argument "$place $taken")
        test -n "$kind"; or set kind (__epochnoise_argument "$place +")
        test -n "$kind"; or set kind command
    end
    switch "$kind"
        case option
            __epochnoise_options "$place"
        case command
            __epochnoise_commands "$place"
        case setting
            set -l cut (string split -m 1 = -- "$current")
            if test (count $cut) -gt 1
                printf '%s\\n' "$before$cut[1]="(__epochnoise_settings "$cut[1]")
            else
                printf '%s\\n' "$before"(__epochnoise_settings '')
            end
        case experiment sweep
            __epochnoise_names "$kind"
            __fish_complete_path "$current" | string match -r '^[^\\t]*(?:/|\\.ya?ml|\\.json)(?:\\t.*)?$'
        case folder
            printf '%s\\n' "$before"(__fish_complete_directories "$current" '')
        case file
            printf '%s\\n' "$before"(__fish_complete_path "$current")
        case 'words:*'
            printf '%s\\n' "$before"(string split ' ' -- (string replace words: '' -- "$kind"))
    end
end
complete -c epochnoise -f -a '(__epochnoise_offers)'
`;
}
