#include "interchange/pytorch_file.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "interchange/zip.h"

namespace cellwise::interchange {
namespace {

// Opcodes of Python's pickle, protocol 2 (Lib/pickle.py).
constexpr char proto = '\x80', stop = '.', mark = '(', empty_dict = '}', set_items = 'u', tuple = 't',
               empty_tuple = ')', reduce = 'R', persistent_id = 'Q', global = 'c', unicode = 'X', false_value = '\x89',
               int32_value = 'J', long_value = '\x8a';

std::string_view storage_class(DType dtype) {
    switch (dtype) {
        case DType::float32:
            return "FloatStorage";
        case DType::float64:
            return "DoubleStorage";
        case DType::int64:
            return "LongStorage";
        default:
            throw InternalError("a tensor of a type that is not written for PyTorch");
    }
}

class Pickler {
public:
    void op(char code) { bytes_ += code; }
    void text(std::string_view value) {
        op(unicode);
        little_endian(value.size(), 4);
        bytes_ += value;
    }
    void name(std::string_view module, std::string_view object) {
        op(global);
        bytes_ += module;
        bytes_ += '\n';
        bytes_ += object;
        bytes_ += '\n';
    }
    void integer(std::int64_t value) {
        const bool fits = value == static_cast<std::int32_t>(value);
        op(fits ? int32_value : long_value);
        if (!fits) op(8);  // the bytes that follow
        little_endian(static_cast<std::uint64_t>(value), fits ? 4 : 8);
    }
    void integers(const std::vector<std::int64_t>& values) {
        op(mark);
        for (const auto value : values) integer(value);
        op(tuple);
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    void little_endian(std::uint64_t value, int count) {
        for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    }
    std::string bytes_;
};

std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
    return strides;
}

/// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
void add_tensor(Pickler& pickler, const StoredTensor& tensor, const std::string& storage) {
    pickler.name("torch._utils", "_rebuild_tensor_v2");
    pickler.op(mark);
    pickler.op(mark);
    pickler.text("storage");
    pickler.name("torch", storage_class(tensor.dtype));
    pickler.text(storage);
    pickler.text("cpu");
    pickler.integer(static_cast<std::int64_t>(tensor.bytes.size() / dtype_size(tensor.dtype)));
    pickler.op(tuple);
    pickler.op(persistent_id);
    pickler.integer(0);
    pickler.integers(tensor.shape);
    pickler.integers(row_major_strides(tensor.shape));
    pickler.op(false_value);
    pickler.name("collections", "OrderedDict");
    pickler.op(empty_tuple);
    pickler.op(reduce);
    pickler.op(tuple);
    pickler.op(reduce);
}

}  // namespace

std::string encode_pytorch_file(std::span<const StoredTensor> tensors) {
    Pickler pickler;
    pickler.op(proto);
    pickler.op(2);
    pickler.op(empty_dict);
    pickler.op(mark);
    std::vector<ZipMember> members{{"archive/data.pkl", {}}, {"archive/byteorder", "little"}};
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto storage = std::to_string(i);
        pickler.text(tensors[i].name);
        add_tensor(pickler, tensors[i], storage);
        const auto& bytes = tensors[i].bytes;
        members.push_back({"archive/data/" + storage, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
    }
    pickler.op(set_items);
    pickler.op(stop);
    members.front().bytes = pickler.take();
    members.push_back({"archive/version", "3\n"});
    return encode_zip(members);
}

}  // namespace cellwise::interchange
