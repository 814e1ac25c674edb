// The C boundary between SpotArtifacts.Torch and libtorch.
//
// Rules: fixed-width types and pointers only. Every function that can fail returns a status, 0 = done; the message
// of the last failure on this thread is fetched with spot_last_error. Out-parameters are tagged: NEW must be freed by
// the caller, BORROWED must not. Nothing here knows the method; it knows tensors.
#ifndef SPOT_TORCH_H
#define SPOT_TORCH_H

#include <stdint.h>

#define SPOT_ABI_VERSION 2

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct SpotTensor SpotTensor;        // a counted reference to a tensor
typedef struct SpotOperator SpotOperator;    // an entry of the dispatcher; lives as long as the process
typedef struct SpotGenerator SpotGenerator;  // a random generator

enum SpotTag {
  SPOT_NONE = 0,         // no value (an absent optional)
  SPOT_DEFAULT = 1,      // the schema's default
  SPOT_TENSOR = 2,       // bits: SpotTensor*
  SPOT_INT = 3,          // bits: int64
  SPOT_DOUBLE = 4,       // bits: double
  SPOT_BOOL = 5,         // bits: 0 or 1
  SPOT_INT_LIST = 6,     // bits: const int64_t*, count
  SPOT_DOUBLE_LIST = 7,  // bits: const double*, count
  SPOT_TENSOR_LIST = 8,  // bits: SpotTensor* const*, count
  SPOT_STRING = 9,       // bits: const char* (UTF-8), count = bytes; also devices ("cuda:0")
  SPOT_GENERATOR = 10,   // bits: SpotGenerator*
};

typedef struct SpotValue {
  int32_t tag;
  int32_t count;
  int64_t bits;
} SpotValue;

// --- runtime.cpp
int32_t spot_abi_version(void);
int64_t spot_last_error(char* buffer, int64_t capacity);                       // returns the bytes the message needs
int64_t spot_runtime_description(char* buffer, int64_t capacity);              // JSON; returns the bytes it needs
int32_t spot_threads_set(int32_t threads);
int32_t spot_threads_get(int32_t* threads);
int64_t spot_live_tensors(void);                                               // SpotTensor objects not freed yet

// --- tensor.cpp. dtype is c10::ScalarType's number, device a string as libtorch parses it.
int32_t spot_tensor_from_data(const void* data, const int64_t* shape, int32_t dimensions, int32_t dtype, SpotTensor** result /*NEW*/);
int32_t spot_tensor_copy_to_host(SpotTensor* tensor, void* destination, int64_t bytes);
int32_t spot_tensor_copy_from_host(SpotTensor* tensor, const void* source, int64_t bytes);
int32_t spot_tensor_describe(SpotTensor* tensor, int32_t* dtype, int32_t* dimensions, int64_t* sizes, int32_t capacity);
int32_t spot_tensor_device(SpotTensor* tensor, char* buffer, int32_t capacity);
int32_t spot_tensor_alias(SpotTensor* tensor, SpotTensor** result /*NEW*/);
void spot_tensor_free(SpotTensor* tensor);

// --- operator.cpp
int32_t spot_operator_find(const char* name, const char* overload, SpotOperator** result /*BORROWED*/);
int32_t spot_operator_schema(SpotOperator* op, char* buffer, int32_t capacity);
// Missing trailing arguments take the schema's defaults. Result tensors are NEW; a tensor list comes back flattened.
int32_t spot_operator_call(SpotOperator* op, const SpotValue* arguments, int32_t count, SpotValue* results, int32_t capacity,
                           int32_t* result_count);

// --- autograd.cpp
int32_t spot_grad_mode_set(int32_t enabled, int32_t* previous);
int32_t spot_tensor_requires_grad_set(SpotTensor* tensor, int32_t enabled);
int32_t spot_tensor_requires_grad_get(SpotTensor* tensor, int32_t* enabled);
// grads[i] is NEW, or null where inputs[i] is unused and allow_unused is set. output_grads may be null (ones).
int32_t spot_autograd_gradients(SpotTensor* const* outputs, SpotTensor* const* output_grads, int32_t output_count,
                                SpotTensor* const* inputs, int32_t input_count, int32_t retain_graph, int32_t allow_unused,
                                SpotTensor** grads);

// --- random.cpp
int32_t spot_generator_new(const char* device, int64_t seed, SpotGenerator** result /*NEW*/);
int32_t spot_generator_state_get(SpotGenerator* generator, SpotTensor** state /*NEW*/);
int32_t spot_generator_state_set(SpotGenerator* generator, SpotTensor* state);
void spot_generator_free(SpotGenerator* generator);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
