// Adam, weight decay and the exponential moving average in one pass over memory. The step is bound by memory traffic:
// five tensors are read and four written once, where separate operators would go over them about fifteen times.
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "../boundary.hpp"

namespace {

/// In double: 1 - beta is taken before rounding to float, which would cost it (beta2 = 0.999) a hundred-thousandth.
struct Constants {
  double beta1, beta2, epsilon, step_size, inverse_root_correction2, ema_keep;
};

/// p -= step_size * m / (sqrt(v) / sqrt(1 - beta2^t) + eps) on elements [begin, end).
void update(float* __restrict p, const float* __restrict g, float* __restrict m, float* __restrict v, float* __restrict ema,
            float decay, const Constants& c, int64_t begin, int64_t end) {
  const auto beta1 = static_cast<float>(c.beta1), one_minus_beta1 = static_cast<float>(1.0 - c.beta1);
  const auto beta2 = static_cast<float>(c.beta2), one_minus_beta2 = static_cast<float>(1.0 - c.beta2);
  const auto ema_keep = static_cast<float>(c.ema_keep), ema_take = static_cast<float>(1.0 - c.ema_keep);
  const auto epsilon = static_cast<float>(c.epsilon), step_size = static_cast<float>(c.step_size);
  const auto inverse_root_correction2 = static_cast<float>(c.inverse_root_correction2);
#pragma omp simd
  for (int64_t i = begin; i < end; i++) {
    const float gradient = g[i] + decay * p[i];
    m[i] = beta1 * m[i] + one_minus_beta1 * gradient;
    v[i] = beta2 * v[i] + one_minus_beta2 * gradient * gradient;
    p[i] -= step_size * m[i] / (std::sqrt(v[i]) * inverse_root_correction2 + epsilon);
    ema[i] = ema_keep * ema[i] + ema_take * p[i];
  }
}

bool plain(const at::Tensor& t) {
  return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_non_overlapping_and_dense();
}

/// The same arithmetic with ATen's operators: any device, any layout.
void update_composed(at::Tensor p, const at::Tensor& g, at::Tensor m, at::Tensor v, at::Tensor ema, double decay, const Constants& c) {
  const auto gradient = decay == 0 ? g : g.add(p, decay);
  m.mul_(c.beta1).add_(gradient, 1.0 - c.beta1);
  v.mul_(c.beta2).addcmul_(gradient, gradient, 1.0 - c.beta2);
  p.addcdiv_(m, v.sqrt().mul_(c.inverse_root_correction2).add_(c.epsilon), -c.step_size);
  ema.mul_(c.ema_keep).add_(p, 1.0 - c.ema_keep);
}

void adam_(at::TensorList params, at::TensorList grads, at::TensorList first, at::TensorList second, at::TensorList averages,
           at::ArrayRef<double> decays, double rate, double beta1, double beta2, double epsilon, int64_t step, double ema_decay) {
  at::NoGradGuard no_grad;
  const size_t n = params.size();
  TORCH_CHECK(grads.size() == n && first.size() == n && second.size() == n && averages.size() == n && decays.size() == n,
              "adam_ needs lists of one length, got ", n, ", ", grads.size(), ", ", first.size(), ", ", second.size(), ", ",
              averages.size(), ", ", decays.size());
  const double correction1 = 1.0 - std::pow(beta1, static_cast<double>(step));
  const double correction2 = 1.0 - std::pow(beta2, static_cast<double>(step));
  const Constants c{beta1, beta2, epsilon, rate / correction1, 1.0 / std::sqrt(correction2), ema_decay};
  for (size_t i = 0; i < n; i++) {
    const at::Tensor p = params[i], m = first[i], v = second[i], ema = averages[i];
    TORCH_CHECK(p.sizes() == grads[i].sizes(), "gradient ", i, " has shape ", grads[i].sizes(), ", its parameter ", p.sizes());
    TORCH_CHECK(p.sizes() == m.sizes() && p.sizes() == v.sizes() && p.sizes() == ema.sizes(), "state ", i, " has shapes ", m.sizes(),
                ", ", v.sizes(), ", ", ema.sizes(), ", its parameter ", p.sizes());
    if (!(plain(p) && plain(m) && plain(v) && plain(ema)) || p.strides() != m.strides() || p.strides() != v.strides() ||
        p.strides() != ema.strides()) {
      update_composed(p, grads[i], m, v, ema, decays[i], c);
      continue;
    }
    // Gradients of convolutions come in the layout the backward pass liked best.
    const at::Tensor g = grads[i].strides() == p.strides() ? grads[i] : at::empty_like(p).copy_(grads[i]);
    at::parallel_for(0, p.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
      update(p.data_ptr<float>(), g.data_ptr<float>(), m.data_ptr<float>(), v.data_ptr<float>(), ema.data_ptr<float>(),
             static_cast<float>(decays[i]), c, begin, end);
    });
    // Written behind libtorch's back: a graph recorded before this step must not be differentiated after it.
    p.unsafeGetTensorImpl()->bump_version();
  }
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(spot, m) {
  m.def(
      "adam_(Tensor(a!)[] params, Tensor[] grads, Tensor(b!)[] first, Tensor(c!)[] second, Tensor(d!)[] averages, "
      "float[] decays, float rate, float beta1, float beta2, float epsilon, int step, float ema_decay) -> ()",
      &adam_);
}
