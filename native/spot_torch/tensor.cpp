#include "boundary.hpp"

std::atomic<int64_t> spot::tensor_count{0};

namespace {

void check_bytes(const at::Tensor& tensor, int64_t bytes) {
  TORCH_CHECK(static_cast<int64_t>(tensor.nbytes()) == bytes, "the tensor holds ", tensor.nbytes(), " bytes, the buffer ", bytes);
}

/// A contiguous CPU view of a host buffer; lives only as long as the buffer.
at::Tensor host_view(const void* data, at::IntArrayRef shape, at::ScalarType type) {
  return at::from_blob(const_cast<void*>(data), shape, at::TensorOptions().dtype(type));
}

}  // namespace

int32_t spot_tensor_from_data(const void* data, const int64_t* shape, int32_t dimensions, int32_t dtype, SpotTensor** result) {
  return spot::guarded([&] {
    const at::IntArrayRef sizes(shape, static_cast<size_t>(dimensions));
    *result = new SpotTensor(host_view(data, sizes, static_cast<at::ScalarType>(dtype)).clone());
  });
}

int32_t spot_tensor_copy_to_host(SpotTensor* tensor, void* destination, int64_t bytes) {
  return spot::guarded([&] {
    at::NoGradGuard no_grad;
    check_bytes(tensor->value, bytes);
    host_view(destination, tensor->value.sizes(), tensor->value.scalar_type()).copy_(tensor->value);
  });
}

int32_t spot_tensor_copy_from_host(SpotTensor* tensor, const void* source, int64_t bytes) {
  return spot::guarded([&] {
    at::NoGradGuard no_grad;
    check_bytes(tensor->value, bytes);
    tensor->value.copy_(host_view(source, tensor->value.sizes(), tensor->value.scalar_type()));
  });
}

int32_t spot_tensor_describe(SpotTensor* tensor, int32_t* dtype, int32_t* dimensions, int64_t* sizes, int32_t capacity) {
  return spot::guarded([&] {
    const auto shape = tensor->value.sizes();
    TORCH_CHECK(static_cast<int32_t>(shape.size()) <= capacity, "a tensor of ", shape.size(), " dimensions; at most ", capacity, " are supported");
    *dtype = static_cast<int32_t>(tensor->value.scalar_type());
    *dimensions = static_cast<int32_t>(shape.size());
    std::copy(shape.begin(), shape.end(), sizes);
  });
}

int32_t spot_tensor_device(SpotTensor* tensor, char* buffer, int32_t capacity) {
  return spot::guarded([&] { spot::copy_text(tensor->value.device().str(), buffer, capacity); });
}

int32_t spot_tensor_alias(SpotTensor* tensor, SpotTensor** result) {
  return spot::guarded([&] { *result = new SpotTensor(tensor->value); });
}

void spot_tensor_free(SpotTensor* tensor) { delete tensor; }

int64_t spot_live_tensors(void) { return spot::tensor_count.load(); }
