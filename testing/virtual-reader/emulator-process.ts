/**
 * Process entry: `emulator-process.ts PORT` plays the tags of one virtual reader. It is a process of its own because a
 * call into PC/SC can hold up its caller, and the tag would then hold up the call.
 */
import { type EmulatorAnswer, type EmulatorRequest, emulatorRequestSchema } from './emulator-messages.ts';
import { TagEmulator } from './tag-emulator.ts';

const emulator = new TagEmulator(Number(process.argv[2]));

async function perform(request: EmulatorRequest): Promise<EmulatorAnswer> {
  const { id } = request;
  switch (request.kind) {
    case 'make':
      emulator.make(request.tagId, request.spec);
      return { kind: 'done', id };
    case 'set-user-memory':
      emulator.setUserMemory(request.tagId, request.user);
      return { kind: 'done', id };
    case 'get-user-memory':
      return { kind: 'user-memory', id, user: emulator.userMemory(request.tagId) };
    case 'insert':
      await emulator.insert(request.tagId);
      return { kind: 'done', id };
    case 'remove':
      emulator.remove();
      return { kind: 'done', id };
    case 'plan':
      emulator.plan(request.plan);
      return { kind: 'done', id };
    case 'forget-plans':
      emulator.forgetPlans();
      return { kind: 'done', id };
    case 'await-held':
      await emulator.held;
      return { kind: 'done', id };
    case 'apdus':
      return { kind: 'apdus', id, apdus: [...emulator.seen] };
  }
}

process.on('message', (message) => {
  const request = emulatorRequestSchema.parse(message);
  perform(request).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ kind: 'refused', id: request.id, detail: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
