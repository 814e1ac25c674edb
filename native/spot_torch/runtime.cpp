#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/version.h>

#include <cstdlib>
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

/// The same file with symbolic links followed: Debian's libblas.so.3 says nothing, what it points to does.
std::string real_path(const std::string& path) {
  char* resolved = path.empty() ? nullptr : realpath(path.c_str(), nullptr);
  const std::string result = resolved == nullptr ? path : resolved;
  std::free(resolved);
  return result;
}

/// A loaded library and all it depends on. The process-wide scope would not do: .NET loads without RTLD_GLOBAL.
class LoadedLibrary {
 public:
  explicit LoadedLibrary(const std::string& path) : handle_(path.empty() ? nullptr : dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD)) {}
  ~LoadedLibrary() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  LoadedLibrary(const LoadedLibrary&) = delete;
  LoadedLibrary& operator=(const LoadedLibrary&) = delete;

  void* symbol(const char* name) const { return handle_ == nullptr ? nullptr : dlsym(handle_, name); }

  const char* has(const char* name) const { return symbol(name) != nullptr ? "true" : "false"; }

  /// What a function `char* name(void)` answers; empty where there is none.
  std::string answer(const char* name) const {
    auto* function = reinterpret_cast<char* (*)()>(symbol(name));
    const char* text = function == nullptr ? nullptr : function();
    return text == nullptr ? "" : text;
  }

 private:
  void* handle_;
};

std::string describe() {
  const std::string torch_path = file_of(reinterpret_cast<const void*>(&at::get_num_threads));
  const LoadedLibrary all(file_of(reinterpret_cast<const void*>(&spot_abi_version)));
  void* sgemm = all.symbol("sgemm_");
  const std::string sgemm_path = sgemm == nullptr ? "" : file_of(sgemm);
  // Asked of the library that multiplies: some other dependency may have brought an OpenBLAS that libtorch does not use.
  const LoadedLibrary blas(sgemm_path == torch_path ? "" : sgemm_path);
  std::ostringstream out;
  out << "{\"version\":" << quoted(TORCH_VERSION)
      << ",\"path\":" << quoted(real_path(torch_path))
      << ",\"blas_path\":" << quoted(sgemm_path == torch_path ? "" : real_path(sgemm_path))
      << ",\"openblas\":" << blas.has("openblas_get_config")
      << ",\"openblas_core\":" << quoted(blas.answer("openblas_get_corename"))
      << ",\"openblas_config\":" << quoted(blas.answer("openblas_get_config"))
      << ",\"threads\":" << at::get_num_threads() << ",\"mkl\":" << (at::hasMKL() ? "true" : "false") << ",\"onednn\":" << (at::hasMKLDNN() ? "true" : "false")
      << ",\"cuda_devices\":" << (at::hasCUDA() ? at::detail::getCUDAHooks().getNumGPUs() : 0)
      << ",\"cuda_built\":" << (at::hasCUDA() ? "true" : "false")
      << ",\"gloo\":" << all.has("_ZTVN4c10d16ProcessGroupGlooE")
      << ",\"nccl\":" << all.has("_ZTVN4c10d16ProcessGroupNCCLE")
      << ",\"mpi\":" << all.has("_ZTVN4c10d15ProcessGroupMPIE")
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
