// Max-pooling of regions of interest to a fixed grid, with the two roundings of Fast R-CNN's Caffe layer (Girshick 2015; ROIPooling of
// rbgirshick/caffe-fast-rcnn): a region's corners are rounded to cells, both ends inside; bin p spans floor(p * s) to ceil((p + 1) * s)
// cells with s = cells / bins, cut at the map's border; an empty bin gives 0; the gradient goes to the first largest cell of each bin.
// `offset` is new: the input pixel of cell 0's centre, which is 0 in that Caffe network.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>

#include "../boundary.hpp"

namespace {

struct Span {
  int64_t first, last;  // last excluded
};

/// Cells of each bin along one side.
void bins(float from, float to, double scale, double offset, int64_t count, int64_t size, std::vector<Span>& spans) {
  const auto cell = [&](float pixel) { return static_cast<int64_t>(std::round((static_cast<double>(pixel) - offset) * scale)); };
  const int64_t start = cell(from), cells = std::max<int64_t>(cell(to) - start + 1, 1);
  const float bin = static_cast<float>(cells) / static_cast<float>(count);
  spans.resize(static_cast<size_t>(count));
  for (int64_t p = 0; p < count; p++) {
    const auto first = static_cast<int64_t>(std::floor(static_cast<float>(p) * bin)) + start;
    const auto last = static_cast<int64_t>(std::ceil(static_cast<float>(p + 1) * bin)) + start;
    spans[static_cast<size_t>(p)] = {std::clamp<int64_t>(first, 0, size), std::clamp<int64_t>(last, 0, size)};
  }
}

template <typename T>
void pool_plane(const T* plane, int64_t width, const std::vector<Span>& rows, const std::vector<Span>& columns, T* out, int64_t* chosen) {
  for (const Span& r : rows)
    for (const Span& c : columns) {
      int64_t best = -1;
      for (int64_t y = r.first; y < r.last; y++)
        for (int64_t x = c.first; x < c.last; x++)
          if (best < 0 || plane[y * width + x] > plane[best]) best = y * width + x;
      *out++ = best < 0 ? T(0) : plane[best];
      *chosen++ = best;
    }
}

struct Sizes {
  int64_t rows, columns;
  double scale, offset;
};

template <typename T>
void forward_cpu(const at::Tensor& x, const at::Tensor& regions, const Sizes& sizes, at::Tensor& y, at::Tensor& chosen) {
  const int64_t channels = x.size(1), height = x.size(2), width = x.size(3);
  const T* xp = x.data_ptr<T>();
  const float* rp = regions.data_ptr<float>();
  T* yp = y.data_ptr<T>();
  int64_t* cp = chosen.data_ptr<int64_t>();
  at::parallel_for(0, regions.size(0), 1, [&](int64_t begin, int64_t end) {
    std::vector<Span> down, across;
    for (int64_t n = begin; n < end; n++) {
      const float* r = rp + 5 * n;
      bins(r[2], r[4], sizes.scale, sizes.offset, sizes.rows, height, down);
      bins(r[1], r[3], sizes.scale, sizes.offset, sizes.columns, width, across);
      for (int64_t c = 0; c < channels; c++) {
        const int64_t at = (n * channels + c) * sizes.rows * sizes.columns;
        pool_plane(xp + (static_cast<int64_t>(r[0]) * channels + c) * height * width, width, down, across, yp + at, cp + at);
      }
    }
  });
}

template <typename T>
void backward_cpu(const at::Tensor& dy, const at::Tensor& regions, const at::Tensor& chosen, at::Tensor& dx) {
  const int64_t count = regions.size(0), channels = dx.size(1), plane = dx.size(2) * dx.size(3), bin_count = dy.size(2) * dy.size(3);
  const float* rp = regions.data_ptr<float>();
  const T* gp = dy.data_ptr<T>();
  const int64_t* cp = chosen.data_ptr<int64_t>();
  T* dp = dx.data_ptr<T>();
  // Regions overlap, channels do not.
  at::parallel_for(0, channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c++)
      for (int64_t n = 0; n < count; n++) {
        T* target = dp + (static_cast<int64_t>(rp[5 * n]) * channels + c) * plane;
        const int64_t at = (n * channels + c) * bin_count;
        for (int64_t i = at; i < at + bin_count; i++)
          if (cp[i] >= 0) target[cp[i]] += gp[i];
      }
  });
}

void check(const at::Tensor& x, const at::Tensor& regions, const Sizes& sizes) {
  TORCH_CHECK(x.dim() == 4, "roi_max_pool takes NCHW, got ", x.sizes());
  TORCH_CHECK(regions.dim() == 2 && regions.size(1) == 5 && regions.scalar_type() == at::kFloat, "roi_max_pool takes (R, 5) floats as regions, got ", regions.sizes());
  TORCH_CHECK(sizes.rows > 0 && sizes.columns > 0 && sizes.scale > 0, "roi_max_pool needs a grid and a scale above 0");
  const float* rp = regions.data_ptr<float>();
  for (int64_t n = 0; n < regions.size(0); n++) {
    TORCH_CHECK(rp[5 * n] >= 0 && rp[5 * n] < x.size(0), "region ", n, " belongs to image ", rp[5 * n], " of ", x.size(0));
    for (int64_t i = 1; i < 5; i++) TORCH_CHECK(std::abs(rp[5 * n + i]) < 1e7f, "region ", n, " has the corner ", rp[5 * n + i]);
  }
}

class RegionMaxPool : public torch::autograd::Function<RegionMaxPool> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const at::Tensor& regions, int64_t rows,
                            int64_t columns, double scale, double offset) {
    const Sizes sizes{rows, columns, scale, offset};
    const at::Tensor x = input.cpu().contiguous(), r = regions.cpu().contiguous();
    check(x, r, sizes);
    auto y = at::empty({r.size(0), x.size(1), rows, columns}, x.options());
    auto chosen = at::empty(y.sizes(), x.options().dtype(at::kLong));
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "roi_max_pool", [&] { forward_cpu<scalar_t>(x, r, sizes, y, chosen); });
    context->save_for_backward({r, chosen});
    context->saved_data["shape"] = input.sizes().vec();
    return y.to(input.device());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const at::Tensor dy = grads[0].cpu().contiguous();
    auto dx = at::zeros(context->saved_data["shape"].toIntVector(), dy.options());
    AT_DISPATCH_FLOATING_TYPES(dy.scalar_type(), "roi_max_pool_backward", [&] { backward_cpu<scalar_t>(dy, saved[0], saved[1], dx); });
    return {dx.to(grads[0].device()), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

at::Tensor roi_max_pool(const at::Tensor& x, const at::Tensor& regions, int64_t rows, int64_t columns, double scale, double offset) {
  return RegionMaxPool::apply(x, regions, rows, columns, scale, offset);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(spot, m) {
  m.def("roi_max_pool(Tensor x, Tensor regions, int rows, int columns, float scale, float offset) -> Tensor", &roi_max_pool);
}
