#include <ATen/Context.h>
#include <ATen/Utils.h>
#include <ATen/core/Generator.h>

#include "boundary.hpp"

int32_t spot_generator_new(const char* device, int64_t seed, SpotGenerator** result) {
  return spot::guarded([&] {
    // A clone of the device's default generator: works for every device without naming its type.
    auto generator = at::globalContext().defaultGenerator(c10::Device(device)).clone();
    {
      std::lock_guard<std::mutex> lock(generator.mutex());
      generator.set_current_seed(static_cast<uint64_t>(seed));
    }
    *result = new SpotGenerator{std::move(generator)};
  });
}

int32_t spot_generator_state_get(SpotGenerator* generator, SpotTensor** state) {
  return spot::guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    *state = new SpotTensor(generator->value.get_state());
  });
}

int32_t spot_generator_state_set(SpotGenerator* generator, SpotTensor* state) {
  return spot::guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    generator->value.set_state(state->value);
  });
}

void spot_generator_free(SpotGenerator* generator) { delete generator; }
