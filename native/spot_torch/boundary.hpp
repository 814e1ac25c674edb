// What every function of the C boundary shares: the opaque types and the one place where exceptions stop.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <string>

#include "spot_torch.h"

namespace spot {
extern std::atomic<int64_t> tensor_count;
}

struct SpotTensor {
  at::Tensor value;
  explicit SpotTensor(at::Tensor v) : value(std::move(v)) { spot::tensor_count.fetch_add(1, std::memory_order_relaxed); }
  ~SpotTensor() { spot::tensor_count.fetch_sub(1, std::memory_order_relaxed); }
  SpotTensor(const SpotTensor&) = delete;
  SpotTensor& operator=(const SpotTensor&) = delete;
};

struct SpotGenerator {
  at::Generator value;
};

namespace spot {

void set_last_error(std::string message) noexcept;

/// Runs body and turns whatever it throws into a status; nothing may unwind into managed frames.
template <typename F>
int32_t guarded(F&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& e) {
    set_last_error(e.what_without_backtrace());
  } catch (const std::exception& e) {
    set_last_error(e.what());
  } catch (...) {
    set_last_error("an exception that is not a std::exception");
  }
  return 1;
}

/// Copies a string with its terminating zero as far as it fits; returns the bytes the whole needs.
inline int64_t copy_text(const std::string& text, char* buffer, int64_t capacity) noexcept {
  const auto needed = static_cast<int64_t>(text.size()) + 1;
  if (buffer != nullptr && capacity > 0) {
    const auto n = std::min(needed - 1, capacity - 1);
    std::memcpy(buffer, text.data(), static_cast<size_t>(n));
    buffer[n] = '\0';
  }
  return needed;
}

}  // namespace spot
