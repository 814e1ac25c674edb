#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include "boundary.hpp"

namespace {

torch::autograd::variable_list variables(SpotTensor* const* tensors, int32_t count) {
  torch::autograd::variable_list list;
  list.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; i++) list.push_back(tensors[i] == nullptr ? at::Tensor() : tensors[i]->value);
  return list;
}

}  // namespace

int32_t spot_grad_mode_set(int32_t enabled, int32_t* previous) {
  return spot::guarded([&] {
    *previous = at::GradMode::is_enabled() ? 1 : 0;
    at::GradMode::set_enabled(enabled != 0);
  });
}

int32_t spot_tensor_requires_grad_set(SpotTensor* tensor, int32_t enabled) {
  return spot::guarded([&] { tensor->value.set_requires_grad(enabled != 0); });
}

int32_t spot_tensor_requires_grad_get(SpotTensor* tensor, int32_t* enabled) {
  return spot::guarded([&] { *enabled = tensor->value.requires_grad() ? 1 : 0; });
}

int32_t spot_autograd_gradients(SpotTensor* const* outputs, SpotTensor* const* output_grads, int32_t output_count,
                                SpotTensor* const* inputs, int32_t input_count, int32_t retain_graph, int32_t allow_unused,
                                SpotTensor** grads) {
  return spot::guarded([&] {
    const auto seeds = output_grads == nullptr ? torch::autograd::variable_list{} : variables(output_grads, output_count);
    const auto result = torch::autograd::grad(variables(outputs, output_count), variables(inputs, input_count), seeds,
                                              retain_graph != 0, /*create_graph=*/false, allow_unused != 0);
    for (int32_t i = 0; i < input_count; i++) {
      const auto& gradient = result[static_cast<size_t>(i)];
      grads[i] = gradient.defined() ? new SpotTensor(gradient) : nullptr;
    }
  });
}
