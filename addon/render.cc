#include "render.h"

#include <vector>

#include "decode.h"
#include "decode_program.h"
#include "frame_source.h"

namespace pktgen {

Napi::Value render_frames(const Napi::CallbackInfo& info) {
  constexpr std::uint32_t kMostFrames = 1U << 20U;
  constexpr std::uint32_t kMostWorkers = 1024;
  const Napi::Env env = info.Env();
  const auto program = decode_program(info[0], "program");
  const std::uint32_t workers = decode_u32(info[2], "workers", 1, kMostWorkers);
  const std::uint32_t worker = decode_u32(info[1], "worker", 0, workers - 1);
  const std::uint32_t frames = decode_u32(info[3], "frames", 0, kMostFrames);
  FrameSource source(program, {.worker = worker, .workers = workers});
  std::vector<std::uint8_t> memory(program->longest_frame_bytes());
  // One slot for all: what the source takes to be there already has to be there.
  Slot slot{.data = memory.data()};
  Slot* const one = &slot;
  FrameLabel label{};  // of the only stream, where the source writes none
  Napi::Array out = Napi::Array::New(env);
  for (std::uint32_t i = 0; i < frames && source.fill({&one, 1}, &label) == 1; ++i) {
    const Napi::HandleScope scope(env);
    Napi::Uint8Array bytes = Napi::Uint8Array::New(env, slot.frame_bytes);
    std::memcpy(bytes.Data(), slot.data, slot.frame_bytes);
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("stream", label.stream);
    entry.Set("frame", bytes);
    out.Set(i, entry);
  }
  return out;
}

}  // namespace pktgen
