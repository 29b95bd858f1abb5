// A timetable from JavaScript, with every number in it checked.
#pragma once

#include <napi.h>

#include <string>

#include "schedule.h"

namespace pktgen {

// For a program of so many lanes.
Timetable decode_timetable(const Napi::Value& value, const std::string& path, std::uint32_t lanes);

// Above 0, or Infinity.
double decode_speed(const Napi::Value& value, const std::string& path);

}  // namespace pktgen
