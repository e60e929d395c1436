/** What was found of a back end, in lines. */
import { inMilliseconds } from '../../duration.ts';
import type { DeviceDescription } from '../../tensor/webgpu/open.ts';
import type { BackendFinding } from '../back-ends/try.ts';
import type { OtherDevice } from './other-devices.ts';

/**
 * @param softwareDriver whether webgpu could be tried without a graphics device
 * @param others devices that this back end does not take by itself
 */
export function backendLines(
  finding: BackendFinding,
  softwareDriver: boolean,
  others: readonly OtherDevice[] = [],
): string[] {
  const { name, absent, device } = finding;
  if (absent) return [`back end ${name}: no graphics device here, and none is needed${softwareDriver ? SOFTWARE : ''}`];
  return [
    `back end ${name}: ${state(finding)}`,
    ...(device ? [deviceLine(device)] : []),
    ...others.map((other) => `  other device ${other.called}: ${state(other)}`),
    ...(others.length > 0 ? ['  EPOCHNOISE_WEBGPU=<a part of the name> takes another device'] : []),
  ];
}

const state = (finding: BackendFinding): string =>
  `${finding.works ? 'works' : 'does not work'} (${[finding.says, ...measured(finding)].join('; ')})`;

const SOFTWARE =
  ' (EPOCHNOISE_WEBGPU=software tries this back end on the processor, with the SwiftShader that is here)';

function measured({ productError, productMilliseconds, timed }: BackendFinding): string[] {
  const found: string[] = [];
  if (productError !== null)
    found.push(
      `Hessian product and finite differences agree to ${productError.toExponential(0)}, about what float32 lets differences tell`,
    );
  if (productMilliseconds !== null) found.push(`a product takes ${inMilliseconds(productMilliseconds)} at least`);
  if (timed)
    found.push(
      `${inMilliseconds(timed.milliseconds)} for LeNet, ${timed.weights.toLocaleString('en')} weights, on ${timed.samples.toLocaleString('en')} samples`,
    );
  return found;
}

/** Its name and its driver are part of what the back end calls itself. */
function deviceLine({ vendor, architecture, isSoftware }: DeviceDescription): string {
  const made = [vendor && `vendor ${vendor}`, architecture && `architecture ${architecture}`].filter(Boolean);
  const kind = isSoftware ? 'no GPU: the processor computes in its place, far slower' : 'a graphics device';
  return `  ${[kind, ...made].join('; ')}`;
}
