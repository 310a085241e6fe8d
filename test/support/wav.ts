/** A WAV file of 16 bit PCM; `samples` are integers, channels interleaved. */
export function wav(samples: readonly number[], rate = 8000, channels = 1): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2 * channels, 28);
  bytes.writeUInt16LE(2 * channels, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, i) => bytes.writeInt16LE(sample, 44 + 2 * i));
  return bytes;
}

/** A tone that swells, rises and dies away: integers of 16 bits. */
export function chirp(count: number, rate = 8000): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const t = i / rate;
    const swell = Math.sin((Math.PI * i) / count);
    return Math.round(20_000 * swell * Math.sin(2 * Math.PI * (300 * t + 900 * t * t)));
  });
}
