// Calls any operator by name: libtorch describes itself, so there is one entry point and not thousands.
#include <sstream>

#include "boundary.hpp"

namespace {

at::Tensor tensor_of(int64_t bits) {
  auto* tensor = reinterpret_cast<SpotTensor*>(bits);
  return tensor == nullptr ? at::Tensor() : tensor->value;
}

bool holds_optional_tensors(const c10::Type& type) {
  const auto* list = type.castRaw<c10::ListType>();
  return list != nullptr && list->getElementType()->kind() == c10::TypeKind::OptionalType;
}

c10::IValue tensor_list(const SpotValue& value, const c10::Type& type) {
  const auto* items = reinterpret_cast<SpotTensor* const*>(value.bits);
  if (holds_optional_tensors(type)) {
    c10::List<c10::optional<at::Tensor>> list;
    for (int32_t i = 0; i < value.count; i++)
      list.push_back(items[i] == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(items[i]->value));
    return list;
  }
  c10::List<at::Tensor> list;
  list.reserve(static_cast<size_t>(value.count));
  for (int32_t i = 0; i < value.count; i++) {
    TORCH_CHECK(items[i] != nullptr, "entry ", i, " of a list of tensors is absent");
    list.push_back(items[i]->value);
  }
  return list;
}

template <typename T>
c10::IValue number_list(const SpotValue& value) {
  const auto* items = reinterpret_cast<const T*>(value.bits);
  c10::List<T> list;
  list.reserve(static_cast<size_t>(value.count));
  for (int32_t i = 0; i < value.count; i++) list.push_back(items[i]);
  return list;
}

/// What the schema expects underneath an optional.
const c10::Type& expected_type(const c10::Argument& argument) {
  const c10::Type* type = argument.type().get();
  if (const auto* optional = type->castRaw<c10::OptionalType>()) type = optional->getElementType().get();
  return *type;
}

double as_double(int64_t bits) {
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

c10::IValue to_ivalue(const SpotValue& value, const c10::Argument& argument) {
  const c10::Type& type = expected_type(argument);
  switch (value.tag) {
    case SPOT_NONE: return c10::IValue();
    case SPOT_DEFAULT:
      TORCH_CHECK(argument.default_value().has_value(), "argument '", argument.name(), "' has no default");
      return *argument.default_value();
    case SPOT_TENSOR: return tensor_of(value.bits);
    case SPOT_INT:
      if (type.kind() == c10::TypeKind::FloatType) return static_cast<double>(value.bits);
      return value.bits;
    case SPOT_DOUBLE: return as_double(value.bits);
    case SPOT_BOOL: return value.bits != 0;
    case SPOT_INT_LIST: return number_list<int64_t>(value);
    case SPOT_DOUBLE_LIST: return number_list<double>(value);
    case SPOT_TENSOR_LIST: return tensor_list(value, type);
    case SPOT_STRING: {
      std::string text(reinterpret_cast<const char*>(value.bits), static_cast<size_t>(value.count));
      if (type.kind() == c10::TypeKind::DeviceObjType) return c10::Device(text);
      return text;
    }
    case SPOT_GENERATOR: return reinterpret_cast<SpotGenerator*>(value.bits)->value;
    default: TORCH_CHECK(false, "argument '", argument.name(), "' has the unknown tag ", value.tag);
  }
}

class ResultWriter {
 public:
  ResultWriter(SpotValue* results, int32_t capacity) : results_(results), capacity_(capacity) {}

  void add(const c10::IValue& value) {
    if (value.isTensor()) {
      add_tensor(value.toTensor());
    } else if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) add_tensor(tensor);
    } else if (value.isInt()) {
      put(SPOT_INT, value.toInt());
    } else if (value.isBool()) {
      put(SPOT_BOOL, value.toBool() ? 1 : 0);
    } else if (value.isDouble()) {
      const double number = value.toDouble();
      int64_t bits;
      std::memcpy(&bits, &number, sizeof bits);
      put(SPOT_DOUBLE, bits);
    } else if (value.isNone()) {
      put(SPOT_NONE, 0);
    } else {
      TORCH_CHECK(false, "a result of type ", value.tagKind(), " cannot cross the boundary");
    }
  }

  int32_t count() const { return count_; }

  void free_all() {
    for (int32_t i = 0; i < count_; i++)
      if (results_[i].tag == SPOT_TENSOR) spot_tensor_free(reinterpret_cast<SpotTensor*>(results_[i].bits));
    count_ = 0;
  }

 private:
  void add_tensor(const at::Tensor& tensor) {
    if (!tensor.defined()) return put(SPOT_NONE, 0);
    TORCH_CHECK(count_ < capacity_, "more than ", capacity_, " results");
    put(SPOT_TENSOR, reinterpret_cast<int64_t>(new SpotTensor(tensor)));
  }

  void put(int32_t tag, int64_t bits) {
    TORCH_CHECK(count_ < capacity_, "more than ", capacity_, " results");
    results_[count_++] = SpotValue{tag, 0, bits};
  }

  SpotValue* results_;
  int32_t capacity_;
  int32_t count_ = 0;
};

}  // namespace

struct SpotOperator {
  c10::OperatorHandle handle;
};

int32_t spot_operator_find(const char* name, const char* overload, SpotOperator** result) {
  return spot::guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(handle.has_value(), "this libtorch has no operator ", name, overload[0] ? "." : "", overload);
    *result = new SpotOperator{*handle};
  });
}

int32_t spot_operator_schema(SpotOperator* op, char* buffer, int32_t capacity) {
  return spot::guarded([&] {
    std::ostringstream text;
    text << op->handle.schema();
    spot::copy_text(text.str(), buffer, capacity);
  });
}

int32_t spot_operator_call(SpotOperator* op, const SpotValue* arguments, int32_t count, SpotValue* results, int32_t capacity,
                           int32_t* result_count) {
  ResultWriter writer(results, capacity);
  const int32_t status = spot::guarded([&] {
    const auto& expected = op->handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(count) <= expected.size(), "takes at most ", expected.size(), " arguments, got ", count);
    c10::Stack stack;
    stack.reserve(expected.size());
    for (size_t i = 0; i < expected.size(); i++) {
      const SpotValue value = static_cast<int32_t>(i) < count ? arguments[i] : SpotValue{SPOT_DEFAULT, 0, 0};
      stack.push_back(to_ivalue(value, expected[i]));
    }
    op->handle.callBoxed(&stack);
    for (const auto& value : stack) writer.add(value);
    *result_count = writer.count();
  });
  if (status != 0) writer.free_all();
  return status;
}
