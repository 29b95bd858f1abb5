// A JavaScript object of which members are read.
#pragma once

#include <napi.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "decode.h"

namespace pktgen {

inline constexpr std::uint32_t kMostGivenBytes = std::numeric_limits<std::int32_t>::max();

// A value and where it stands: what is wrong with it can be said. The path is put together only for errors.
class Given {
 public:
  Given(const Napi::Value& value, std::string path)
      : object_(decode_object(value, path)), path_(std::move(path)) {}

  [[nodiscard]] Napi::Value get(const char* name) const { return object_.Get(name); }
  [[nodiscard]] std::string path(const char* name) const { return path_ + "." + name; }
  [[noreturn]] void refuse(const char* name, const std::string& expected) const {
    pktgen::refuse(object_.Env(), path(name), expected);
  }

  [[nodiscard]] std::uint32_t u32(const char* name, std::uint32_t minimum, std::uint32_t maximum) const {
    const Napi::Value value = get(name);
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
    if (!(number >= minimum && number <= maximum) || number != static_cast<std::uint32_t>(number)) {
      refuse(name, "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    }
    return static_cast<std::uint32_t>(number);
  }

  [[nodiscard]] bool flag(const char* name) const {
    const Napi::Value value = get(name);
    if (!value.IsBoolean()) refuse(name, "true or false");
    return value.As<Napi::Boolean>();
  }

  // A number, Infinity included where `maximum` is.
  [[nodiscard]] double number(const char* name, double minimum, double maximum) const {
    const Napi::Value value = get(name);
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(number >= minimum && number <= maximum)) {
      refuse(name, "a number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    }
    return number;
  }

  [[nodiscard]] std::uint64_t u64(const char* name) const {
    const Napi::Value value = get(name);
    bool lossless = false;
    const std::uint64_t number = value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
    if (!lossless) refuse(name, "a bigint from 0 to 2^64-1");
    return number;
  }

  [[nodiscard]] std::vector<std::uint32_t> u32s(const char* name, std::uint32_t most) const {
    return numbers<Napi::Uint32Array, std::uint32_t>(name, napi_uint32_array, "a Uint32Array", most);
  }

  [[nodiscard]] std::vector<std::uint64_t> u64s(const char* name, std::uint32_t most) const {
    if (get(name).IsNull()) return {};
    return numbers<Napi::BigUint64Array, std::uint64_t>(name, napi_biguint64_array,
                                                        "null or a BigUint64Array", most);
  }

  [[nodiscard]] std::vector<double> doubles(const char* name, std::uint32_t most) const {
    if (get(name).IsNull()) return {};
    return numbers<Napi::Float64Array, double>(name, napi_float64_array, "null or a Float64Array", most);
  }

  // One of these; returns its position.
  template <std::size_t N>
  [[nodiscard]] std::size_t choice(const char* name, const std::array<const char*, N>& choices) const {
    const std::string chosen = decode_string(get(name), path(name));
    std::string expected = "one of";
    for (std::size_t i = 0; i < N; ++i) {
      if (chosen == choices[i]) return i;
      expected.append(" ").append(choices[i]);
    }
    refuse(name, expected);
  }

  [[nodiscard]] std::vector<std::uint8_t> bytes(const char* name) const {
    return decode_bytes(get(name), path(name), 0, kMostGivenBytes);
  }

  // One `Item` per element of the array, by `decode(Given)`.
  template <typename Decode>
  [[nodiscard]] auto list(const char* name, std::uint32_t most, Decode&& decode) const {
    const Napi::Value value = get(name);
    if (!value.IsArray() || value.As<Napi::Array>().Length() > most) {
      refuse(name, "an array of at most " + std::to_string(most));
    }
    const auto array = value.As<Napi::Array>();
    std::vector<decltype(decode(std::declval<Given>()))> items;
    items.reserve(array.Length());
    for (std::uint32_t i = 0; i < array.Length(); ++i) {
      const Napi::HandleScope scope(object_.Env());
      items.push_back(decode(Given(array.Get(i), path(name) + "[" + std::to_string(i) + "]")));
    }
    return items;
  }

 private:
  template <typename Array, typename Number>
  [[nodiscard]] std::vector<Number> numbers(const char* name, napi_typedarray_type type, const char* expected,
                                            std::uint32_t most) const {
    const Napi::Value value = get(name);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type ||
        value.As<Napi::TypedArray>().ElementLength() > most) {
      refuse(name, expected);
    }
    const auto array = value.As<Array>();
    return {array.Data(), array.Data() + array.ElementLength()};
  }

  Napi::Object object_;
  std::string path_;
};

}  // namespace pktgen
