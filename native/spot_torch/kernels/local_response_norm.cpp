// Local response normalisation over channels (AlexNet), forward and backward in one pass each:
//   y = x * s^-beta,  s = k + alpha * sum of squares over `size` neighbouring channels   (TensorFlow's alpha: not divided by size)
//   dx = dy * s^-beta - 2 alpha beta x * (sum over the window of dy * y / s)
// libtorch's own version goes through a 3-D average pool and pow(), and keeps every intermediate.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "../boundary.hpp"

namespace {

/// s^-0.75 without pow(): 1 / (sqrt(s) * sqrt(sqrt(s))).
inline float power_three_quarters(float s) {
  const float r = std::sqrt(s);
  return 1.0f / (r * std::sqrt(r));
}

/// Sum over channels c-half..c+half of squares (or products) at each of `inner` positions: running window over planes (C, inner).
template <typename Term>
void window_sums(float* __restrict sums, int64_t channels, int64_t inner, int64_t half, Term term) {
  for (int64_t c = 0; c < channels; c++) {
    float* __restrict row = sums + c * inner;
    std::fill(row, row + inner, 0.0f);
    for (int64_t j = std::max<int64_t>(0, c - half); j <= std::min(channels - 1, c + half); j++) {
      const int64_t at = j * inner;
#pragma omp simd
      for (int64_t i = 0; i < inner; i++) row[i] += term(at + i);
    }
  }
}

/// The same sums when channels lie next to each other: (positions, C) rows.
template <typename Term>
void window_sums_last(float* __restrict sums, int64_t channels, int64_t half, Term term) {
#pragma omp simd
  for (int64_t c = 0; c < channels; c++) sums[c] = 0.0f;
  for (int64_t d = -half; d <= half; d++) {
    const int64_t first = std::max<int64_t>(0, -d), last = std::min(channels, channels - d);
#pragma omp simd
    for (int64_t c = first; c < last; c++) sums[c] += term(c + d);
  }
}

struct Layout {
  int64_t outer, channels, inner;  // channels-last: outer positions, inner = 1
  bool last;
};

Layout layout_of(const at::Tensor& x) {
  const bool last = !x.is_contiguous();
  if (last) return {x.size(0) * x.size(2) * x.size(3), x.size(1), 1, true};
  return {x.size(0), x.size(1), x.size(2) * x.size(3), false};
}

at::Tensor dense(const at::Tensor& x) {
  return x.is_contiguous() || x.is_contiguous(at::MemoryFormat::ChannelsLast) ? x : x.contiguous();
}

/// sums is a block of `channels * inner` floats; each block is one image, or one position when channels-last.
template <typename Body>
void for_blocks(const Layout& l, Body body) {
  const int64_t block = l.channels * l.inner;
  at::parallel_for(0, l.outer, std::max<int64_t>(1, 16384 / std::max<int64_t>(1, block)), [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) body(b * block);
  });
}

struct Constants {
  int64_t half;
  float alpha, beta, k;
};

std::pair<at::Tensor, at::Tensor> forward_cpu(const at::Tensor& x, const Constants& c) {
  auto y = at::empty_like(x), s = at::empty_like(x);
  const Layout l = layout_of(x);
  const float *xp = x.data_ptr<float>();
  float *yp = y.data_ptr<float>(), *sp = s.data_ptr<float>();
  for_blocks(l, [&](int64_t at) {
    const float* __restrict xb = xp + at;
    float *__restrict yb = yp + at, *__restrict sb = sp + at;
    const auto square = [xb](int64_t i) { return xb[i] * xb[i]; };
    if (l.last) window_sums_last(sb, l.channels, c.half, square);
    else window_sums(sb, l.channels, l.inner, c.half, square);
    const int64_t n = l.channels * l.inner;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      sb[i] = c.k + c.alpha * sb[i];
      yb[i] = xb[i] * power_three_quarters(sb[i]);
    }
  });
  return {y, s};
}

at::Tensor backward_cpu(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& y, const at::Tensor& s, const Constants& c) {
  auto dx = at::empty_like(x);
  const Layout l = layout_of(x);
  const float *gp = dy.data_ptr<float>(), *xp = x.data_ptr<float>(), *yp = y.data_ptr<float>(), *sp = s.data_ptr<float>();
  float* dp = dx.data_ptr<float>();
  for_blocks(l, [&](int64_t at) {
    const float *__restrict gb = gp + at, *__restrict xb = xp + at, *__restrict yb = yp + at, *__restrict sb = sp + at;
    float* __restrict db = dp + at;
    const auto ratio = [=](int64_t i) { return gb[i] * yb[i] / sb[i]; };
    if (l.last) window_sums_last(db, l.channels, c.half, ratio);
    else window_sums(db, l.channels, l.inner, c.half, ratio);
    const int64_t n = l.channels * l.inner;
    const float factor = 2.0f * c.alpha * c.beta;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) db[i] = gb[i] * power_three_quarters(sb[i]) - factor * xb[i] * db[i];
  });
  return dx;
}

/// Window sums over channels with ATen's operators: any device and type.
at::Tensor channel_window_sum(const at::Tensor& t, int64_t half) {
  const auto padded = at::constant_pad_nd(t, {0, 0, 0, 0, half, half}, 0);
  auto sum = padded.narrow(1, 0, t.size(1)).clone();
  for (int64_t d = 1; d <= 2 * half; d++) sum.add_(padded.narrow(1, d, t.size(1)));
  return sum;
}

bool has_fast_path(const at::Tensor& x, double beta) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && beta == 0.75;
}

std::pair<at::Tensor, at::Tensor> forward_any(const at::Tensor& x, const Constants& c) {
  if (has_fast_path(x, c.beta)) return forward_cpu(x, c);
  const auto s = channel_window_sum(x * x, c.half).mul_(c.alpha).add_(c.k);
  return {x * s.pow(-c.beta), s};
}

at::Tensor backward_any(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& y, const at::Tensor& s, const Constants& c) {
  if (has_fast_path(x, c.beta)) {
    const auto format = x.is_contiguous() ? at::MemoryFormat::Contiguous : at::MemoryFormat::ChannelsLast;
    return backward_cpu(dy.contiguous(format), x, y, s, c);
  }
  return dy * s.pow(-c.beta) - 2.0 * c.alpha * c.beta * x * channel_window_sum(dy * y / s, c.half);
}

class LocalResponseNorm : public torch::autograd::Function<LocalResponseNorm> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, int64_t size, double alpha,
                            double beta, double k) {
    TORCH_CHECK(input.dim() == 4, "local_response_norm takes NCHW, got ", input.sizes());
    TORCH_CHECK(size > 0 && size % 2 == 1, "local_response_norm takes an odd window, got ", size);
    const Constants c{size / 2, static_cast<float>(alpha), static_cast<float>(beta), static_cast<float>(k)};
    const at::Tensor x = dense(input);
    const auto [y, s] = forward_any(x, c);
    context->save_for_backward({x, y, s});
    context->saved_data["half"] = c.half;
    context->saved_data["alpha"] = alpha;
    context->saved_data["beta"] = beta;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const Constants c{context->saved_data["half"].toInt(), static_cast<float>(context->saved_data["alpha"].toDouble()),
                      static_cast<float>(context->saved_data["beta"].toDouble()), 0.0f};
    return {backward_any(grads[0], saved[0], saved[1], saved[2], c), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

at::Tensor local_response_norm(const at::Tensor& x, int64_t size, double alpha, double beta, double k) {
  return LocalResponseNorm::apply(x, size, alpha, beta, k);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(spot, m) {
  m.def("local_response_norm(Tensor x, int size, float alpha, float beta, float k) -> Tensor", &local_response_norm);
}
