// Max-pooling of regions of interest to a fixed grid, with the two roundings of Fast R-CNN's Caffe layer (Girshick 2015; ROIPooling of
// rbgirshick/caffe-fast-rcnn): a region's corners are rounded to cells, both ends inside; bin p spans floor(p * s) to ceil((p + 1) * s)
// cells with s = cells / bins, cut at the map's border; an empty bin gives 0; the gradient goes to the first largest cell of each bin.
// `offset` is new: the input pixel of cell 0's centre, which is 0 in that Caffe network.
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

void pool_plane(const float* plane, int64_t width, const std::vector<Span>& rows, const std::vector<Span>& columns, float* out, int64_t* chosen) {
  for (const Span& r : rows)
    for (const Span& c : columns) {
      int64_t best = -1;
      for (int64_t y = r.first; y < r.last; y++)
        for (int64_t x = c.first; x < c.last; x++)
          if (best < 0 || plane[y * width + x] > plane[best]) best = y * width + x;
      *out++ = best < 0 ? 0.0f : plane[best];
      *chosen++ = best;
    }
}

std::pair<at::Tensor, at::Tensor> forward_cpu(const at::Tensor& x, const at::Tensor& regions, int64_t rows, int64_t columns, double scale, double offset) {
  const int64_t count = regions.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  auto y = at::empty({count, channels, rows, columns}, x.options());
  auto chosen = at::empty({count, channels, rows, columns}, x.options().dtype(at::kLong));
  const float *xp = x.data_ptr<float>(), *rp = regions.data_ptr<float>();
  for (int64_t n = 0; n < count; n++)
    TORCH_CHECK(rp[5 * n] >= 0 && rp[5 * n] < x.size(0), "region ", n, " belongs to image ", rp[5 * n], " of ", x.size(0));
  float* yp = y.data_ptr<float>();
  int64_t* cp = chosen.data_ptr<int64_t>();
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    std::vector<Span> down, across;
    for (int64_t n = begin; n < end; n++) {
      const float* r = rp + 5 * n;
      bins(r[2], r[4], scale, offset, rows, height, down);
      bins(r[1], r[3], scale, offset, columns, width, across);
      for (int64_t c = 0; c < channels; c++) {
        const int64_t at = (n * channels + c) * rows * columns;
        pool_plane(xp + (static_cast<int64_t>(r[0]) * channels + c) * height * width, width, down, across, yp + at, cp + at);
      }
    }
  });
  return {y, chosen};
}

class RegionMaxPool : public torch::autograd::Function<RegionMaxPool> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const at::Tensor& regions, int64_t rows,
                            int64_t columns, double scale, double offset) {
    TORCH_CHECK(input.dim() == 4 && input.scalar_type() == at::kFloat, "roi_max_pool takes NCHW floats, got ", input.sizes());
    TORCH_CHECK(regions.dim() == 2 && regions.size(1) == 5 && regions.scalar_type() == at::kFloat, "roi_max_pool takes (R, 5) floats, got ", regions.sizes());
    TORCH_CHECK(rows > 0 && columns > 0 && scale > 0, "roi_max_pool needs a grid and a scale above 0");
    const at::Tensor x = input.cpu().contiguous(), r = regions.cpu().contiguous();
    const auto [y, chosen] = forward_cpu(x, r, rows, columns, scale, offset);
    context->save_for_backward({r, chosen});
    context->saved_data["shape"] = input.sizes().vec();
    return y.to(input.device());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const std::vector<int64_t> shape = context->saved_data["shape"].toIntVector();
    const at::Tensor dy = grads[0].cpu().contiguous();
    auto dx = at::zeros(shape, dy.options());
    const int64_t count = saved[0].size(0), channels = shape[1], plane = shape[2] * shape[3], bin_count = dy.size(2) * dy.size(3);
    const float *rp = saved[0].data_ptr<float>(), *gp = dy.data_ptr<float>();
    const int64_t* cp = saved[1].data_ptr<int64_t>();
    float* dp = dx.data_ptr<float>();
    // Regions overlap, channels do not.
    at::parallel_for(0, channels, 1, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; c++)
        for (int64_t n = 0; n < count; n++) {
          float* target = dp + (static_cast<int64_t>(rp[5 * n]) * channels + c) * plane;
          const int64_t at = (n * channels + c) * bin_count;
          for (int64_t i = at; i < at + bin_count; i++)
            if (cp[i] >= 0) target[cp[i]] += gp[i];
        }
    });
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
