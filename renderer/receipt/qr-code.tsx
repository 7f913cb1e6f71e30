import { correction, generate, mode } from 'lean-qr';
import { useMemo } from 'react';

/** Light modules around a code, without which a telephone does not find it. */
const quietZone = 4;

/**
 * A text as a QR code, in black on white whatever the theme is. UTF-8 throughout, and marked as such: a reader that guesses
 * would guess wrong at the first accent.
 */
export function QrCode({
  text,
  label,
  className,
}: {
  readonly text: string;
  readonly label: string;
  readonly className?: string;
}) {
  const { path, size } = useMemo(() => drawn(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className={className}
      data-testid="qr-code"
    >
      <path fill="#ffffff" d={`M0 0h${size}v${size}h-${size}z`} />
      <path fill="#000000" d={path} data-testid="qr-modules" />
    </svg>
  );
}

/** The dark modules as one path, a stroke for each run of them in a row. */
export function drawn(text: string): { readonly path: string; readonly size: number } {
  const code = generate(text, {
    modes: [mode.numeric, mode.alphaNumeric, mode.ascii, mode.utf8],
    minCorrectionLevel: correction.L,
    maxCorrectionLevel: correction.M,
  });
  const runs: string[] = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (!code.get(x, y)) continue;
      const from = x;
      while (code.get(x + 1, y)) x += 1;
      const length = x - from + 1;
      runs.push(`M${from + quietZone} ${y + quietZone}h${length}v1h-${length}z`);
    }
  }
  return { path: runs.join(''), size: code.size + 2 * quietZone };
}
