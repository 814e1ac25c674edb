#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/version.h>

#include <sstream>

#include "boundary.hpp"

namespace {

thread_local std::string last_error;

/// The file a symbol was loaded from, as the loader knows it.
std::string file_of(const void* symbol) {
  Dl_info info;
  return dladdr(symbol, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out << '\\' << c;
    else if (c == '\n') out << "\\n";
    else if (static_cast<unsigned char>(c) < 0x20) out << ' ';
    else out << c;
  }
  out << '"';
  return out.str();
}

std::string describe() {
  void* sgemm = dlsym(RTLD_DEFAULT, "sgemm_");
  std::ostringstream out;
  out << "{\"version\":" << quoted(TORCH_VERSION)
      << ",\"path\":" << quoted(file_of(reinterpret_cast<const void*>(&at::get_num_threads)))
      << ",\"blas_path\":" << quoted(sgemm == nullptr ? "" : file_of(sgemm))
      << ",\"openblas\":" << (dlsym(RTLD_DEFAULT, "openblas_get_config") != nullptr ? "true" : "false")
      << ",\"threads\":" << at::get_num_threads() << ",\"mkl\":" << (at::hasMKL() ? "true" : "false") << ",\"onednn\":" << (at::hasMKLDNN() ? "true" : "false")
      << ",\"cuda_devices\":" << (at::hasCUDA() ? at::detail::getCUDAHooks().getNumGPUs() : 0)
      << ",\"cuda_built\":" << (at::hasCUDA() ? "true" : "false")
      << ",\"gloo\":" << (dlsym(RTLD_DEFAULT, "_ZTVN4c10d16ProcessGroupGlooE") != nullptr ? "true" : "false")
      << ",\"nccl\":" << (dlsym(RTLD_DEFAULT, "_ZTVN4c10d16ProcessGroupNCCLE") != nullptr ? "true" : "false")
      << ",\"mpi\":" << (dlsym(RTLD_DEFAULT, "_ZTVN4c10d15ProcessGroupMPIE") != nullptr ? "true" : "false")
      << ",\"config\":" << quoted(at::show_config()) << ",\"parallel\":" << quoted(at::get_parallel_info()) << "}";
  return out.str();
}

// Activations are megabytes, allocated and freed in every step. By default glibc hands such blocks back to the system and
// gets them again page by page; kept, a step is a quarter faster.
const bool keeps_memory = [] {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  return mallopt(M_TOP_PAD, 64 << 20) != 0;
}();

}  // namespace

namespace spot {
void set_last_error(std::string message) noexcept { last_error = std::move(message); }
}  // namespace spot

int32_t spot_abi_version(void) { return SPOT_ABI_VERSION; }

int64_t spot_last_error(char* buffer, int64_t capacity) { return spot::copy_text(last_error, buffer, capacity); }

int64_t spot_runtime_description(char* buffer, int64_t capacity) {
  int64_t needed = 0;
  const int32_t status = spot::guarded([&] { needed = spot::copy_text(describe(), buffer, capacity); });
  return status == 0 ? needed : -1;
}

int32_t spot_threads_set(int32_t threads) {
  return spot::guarded([&] { at::set_num_threads(threads); });
}

int32_t spot_threads_get(int32_t* threads) {
  return spot::guarded([&] { *threads = at::get_num_threads(); });
}
