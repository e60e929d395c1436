/** `epochnoise completion`: a script that completes commands, options, experiments and settings in a shell. */
import { Argument, Command } from 'commander';
import { print } from '../output.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const HELP = `
For every shell that is opened:
  bash  eval "$(epochnoise completion bash)"      in ~/.bashrc
  zsh   source <(epochnoise completion zsh)       in ~/.zshrc, after compinit
  fish  epochnoise completion fish | source       in ~/.config/fish/config.fish`;

/** `completion`. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('Print a script that completes commands, options, experiments and settings with the tab key.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(async (shell: (typeof SHELLS)[number], _: object, command: Command) => {
      const { completionScript } = await import('../completion/script.ts');
      print(completionScript(command.parent!, shell));
    });
}
