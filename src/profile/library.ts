import { readProfileFile } from './file.js';
import { fileOf, type ShippedProfile, shippedNames } from './names.js';
import { YamlSource } from './source.js';

/** The profiles that come with pktgen, by name. */
export async function listProfiles(): Promise<ShippedProfile[]> {
  return Promise.all(
    shippedNames().map(async (name) => {
      const file = fileOf(name);
      const { value } = new YamlSource(await readProfileFile(file), file);
      const { description = '' } = value as { description?: string };
      return { name, description, file };
    }),
  );
}
