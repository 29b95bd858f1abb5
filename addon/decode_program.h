// A frame program from JavaScript, with every number in it checked: the worker's loop trusts them.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "program.h"

namespace pktgen {

std::shared_ptr<const FrameProgram> decode_program(const Napi::Value& value, const std::string& path);

}  // namespace pktgen
