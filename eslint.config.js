import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Who may import whom: the rooms of src/ and what each may reach. A leaf reaches nothing but itself. */
const MAY_IMPORT = {
  tensor: [],
  data: [],
  store: [],
  theory: [],
  statistics: [],
  models: ['tensor'],
  sgd: ['models', 'data', 'tensor', 'store'],
  hessian: ['models', 'data', 'tensor', 'store'],
  noise: ['models', 'data', 'tensor', 'store'],
  report: ['store', 'statistics', 'theory'],
  experiment: ['tensor', 'data', 'store', 'theory', 'statistics', 'models', 'sgd', 'hessian', 'noise', 'report'],
  cli: ['experiment'],
};

const rooms = Object.keys(MAY_IMPORT);
const directions = rooms.map((room) => {
  const forbidden = rooms.filter((other) => other !== room && !MAY_IMPORT[room].includes(other));
  const patterns = [
    {
      regex: `^(\\.\\./)+(${forbidden.join('|')})/`,
      message: `${room}/ may import only from: ${[room, ...MAY_IMPORT[room]].join(', ')}`,
    },
  ];
  if (room !== 'tensor')
    patterns.push({ regex: '^@tensorflow/', message: 'tensor/ is the only folder that imports tfjs' });
  return { files: [`src/${room}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
});

export default tseslint.config(
  { ignores: ['dist/', 'docs/api/', 'node_modules/', 'results/', '**/.venv/'] },
  js.configs.recommended,
  tseslint.configs.recommended,
  { languageOptions: { globals: globals.node } },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    // A promise that nobody waits for is work that goes on after its memory was freed, beside the next one.
    files: ['**/*.ts'],
    // One program for all files: to keep one for each change of an editor (projectService) takes half as long again.
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/report/page/client/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
    },
  },
  ...directions,
  prettier,
);
