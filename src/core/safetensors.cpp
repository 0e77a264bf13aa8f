#include "core/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"

namespace cellwise {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors bytes are copied as they are");

constexpr std::size_t length_bytes = 8;
/// The reference implementation's bound on the header.
constexpr std::uint64_t most_header_bytes = 100'000'000;
constexpr std::string_view metadata_key = "__metadata__";

struct DTypeEntry {
    DType dtype;
    std::string_view name;
    std::size_t size;
};
constexpr std::array dtypes{
    DTypeEntry{DType::float64, "F64", 8},   DTypeEntry{DType::float32, "F32", 4}, DTypeEntry{DType::float16, "F16", 2},
    DTypeEntry{DType::bfloat16, "BF16", 2}, DTypeEntry{DType::int64, "I64", 8},   DTypeEntry{DType::int32, "I32", 4},
    DTypeEntry{DType::int16, "I16", 2},     DTypeEntry{DType::int8, "I8", 1},     DTypeEntry{DType::uint64, "U64", 8},
    DTypeEntry{DType::uint32, "U32", 4},    DTypeEntry{DType::uint16, "U16", 2},  DTypeEntry{DType::uint8, "U8", 1},
    DTypeEntry{DType::boolean, "BOOL", 1},
};

const DTypeEntry& entry_of(DType dtype) {
    const auto found =
        std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& entry) { return entry.dtype == dtype; });
    if (found == dtypes.end()) throw InternalError("a tensor has an element type that safetensors does not know");
    return *found;
}

/// Bytes of a tensor, or nothing if a size is negative or the product leaves 64 bits.
std::optional<std::uint64_t> byte_count(const std::vector<std::int64_t>& shape, DType dtype) {
    std::uint64_t count = dtype_size(dtype);
    for (const auto size : shape) {
        if (size < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(size), &count)) return std::nullopt;
    }
    return count;
}

struct Placed {
    std::uint64_t begin;
    std::uint64_t end;
    StoredTensor tensor;  // without its bytes yet
};

[[noreturn]] void refuse(std::string_view origin, std::string_view name, std::string_view why) {
    throw DataError(fmt::format("{}: tensor '{}': {}", origin, name, why));
}

std::vector<std::int64_t> read_shape(const nlohmann::json& value, std::string_view origin, std::string_view name) {
    if (!value.is_array()) refuse(origin, name, "its shape is not a list");
    std::vector<std::int64_t> shape;
    for (const auto& size : value) {
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
            refuse(origin, name, "its shape holds something other than sizes");
        }
        shape.push_back(size.get<std::int64_t>());
    }
    return shape;
}

Placed read_entry(const std::string& name, const nlohmann::json& entry, std::string_view origin) {
    constexpr std::array keys{"dtype", "shape", "data_offsets"};
    if (!entry.is_object() || entry.size() != keys.size() ||
        !std::all_of(keys.begin(), keys.end(), [&](const char* key) { return entry.contains(key); })) {
        refuse(origin, name, "needs exactly the keys dtype, shape and data_offsets");
    }
    const auto& dtype_value = entry["dtype"];
    const auto known = std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& known_entry) {
        return dtype_value.is_string() && dtype_value.get_ref<const std::string&>() == known_entry.name;
    });
    if (known == dtypes.end()) refuse(origin, name, fmt::format("unknown element type {}", json_text(dtype_value)));

    const auto& offsets = entry["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
        refuse(origin, name, "data_offsets is not a pair of byte positions");
    }
    Placed placed{offsets[0].get<std::uint64_t>(),
                  offsets[1].get<std::uint64_t>(),
                  {name, known->dtype, read_shape(entry["shape"], origin, name), {}}};
    const auto bytes = byte_count(placed.tensor.shape, known->dtype);
    if (!bytes) refuse(origin, name, "its shape overflows");
    if (placed.begin > placed.end || placed.end - placed.begin != *bytes) {
        refuse(origin, name,
               fmt::format("its shape needs {} bytes, its data_offsets are {}", *bytes, json_text(offsets)));
    }
    return placed;
}

SafetensorsMetadata read_metadata(const nlohmann::json& value, std::string_view origin) {
    SafetensorsMetadata metadata;
    if (!value.is_object()) throw DataError(fmt::format("{}: {} is not an object", origin, metadata_key));
    for (const auto& [key, text] : value.items()) {
        if (!text.is_string()) throw DataError(fmt::format("{}: {}: '{}' is not a string", origin, metadata_key, key));
        metadata.emplace(key, text.get<std::string>());
    }
    return metadata;
}

/// Cuts the bytes after the header into the tensors, which must cover them without gap or overlap.
std::vector<StoredTensor> cut(std::vector<Placed> entries, std::string_view data, std::string_view origin) {
    std::sort(entries.begin(), entries.end(), [](const Placed& one, const Placed& other) {
        return std::pair(one.begin, one.end) < std::pair(other.begin, other.end);
    });
    std::vector<StoredTensor> tensors;
    std::uint64_t position = 0;
    for (auto& [begin, end, tensor] : entries) {
        if (begin != position) {
            refuse(origin, tensor.name,
                   fmt::format("starts at byte {} of the data, where the one before ends at {}", begin, position));
        }
        if (end > data.size()) {
            refuse(origin, tensor.name,
                   fmt::format("ends at byte {} of the data, which has only {} (truncated?)", end, data.size()));
        }
        const auto bytes = std::as_bytes(std::span(data.substr(begin, end - begin)));
        tensor.bytes.assign(bytes.begin(), bytes.end());
        tensors.push_back(std::move(tensor));
        position = end;
    }
    if (position != data.size()) {
        throw DataError(
            fmt::format("{}: {} bytes after the last tensor belong to none", origin, data.size() - position));
    }
    return tensors;
}

void check_for_writing(std::span<const StoredTensor> tensors) {
    std::set<std::string_view> names;
    for (const auto& tensor : tensors) {
        if (tensor.name == metadata_key || !names.insert(tensor.name).second) {
            throw InternalError(fmt::format("tensor name '{}' is reserved or used twice", tensor.name));
        }
        if (byte_count(tensor.shape, tensor.dtype) != tensor.bytes.size()) {
            throw InternalError(fmt::format("tensor '{}' has {} bytes, which its shape [{}] does not need", tensor.name,
                                            tensor.bytes.size(), fmt::join(tensor.shape, ", ")));
        }
    }
}

/// The tensors in the order in which they are written: larger elements first.
std::vector<const StoredTensor*> writing_order(std::span<const StoredTensor> tensors) {
    std::vector<const StoredTensor*> order;
    for (const auto& tensor : tensors) order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(), [](const StoredTensor* one, const StoredTensor* other) {
        return dtype_size(one->dtype) > dtype_size(other->dtype);
    });
    return order;
}

/// The eight length bytes and the header, padded with spaces to a multiple of eight.
std::string encode_header(std::span<const StoredTensor* const> order, const SafetensorsMetadata& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header[std::string(metadata_key)] = metadata;
    std::uint64_t position = 0;
    for (const auto* tensor : order) {
        const std::uint64_t end = position + tensor->bytes.size();
        header[tensor->name] = {
            {"dtype", dtype_name(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {position, end}}};
        position = end;
    }
    std::string text = json_text(header);
    text.append((length_bytes - text.size() % length_bytes) % length_bytes, ' ');
    std::string length(length_bytes, '\0');
    for (std::size_t i = 0; i < length_bytes; ++i) length[i] = static_cast<char>(text.size() >> (8 * i) & 0xFF);
    return length + text;
}

}  // namespace

std::string_view dtype_name(DType dtype) { return entry_of(dtype).name; }
std::size_t dtype_size(DType dtype) { return entry_of(dtype).size; }

void StoredTensor::require_dtype(DType wanted) const {
    if (dtype != wanted) {
        throw DataError(fmt::format("tensor '{}' holds {}, {} is needed", name, dtype_name(dtype), dtype_name(wanted)));
    }
}

const StoredTensor& SafetensorsContent::at(std::string_view name, std::string_view origin) const {
    const auto found =
        std::find_if(tensors.begin(), tensors.end(), [&](const StoredTensor& tensor) { return tensor.name == name; });
    if (found == tensors.end()) throw DataError(fmt::format("{}: has no tensor '{}'", origin, name));
    return *found;
}

std::string encode_safetensors(std::span<const StoredTensor> tensors, const SafetensorsMetadata& metadata) {
    check_for_writing(tensors);
    const auto order = writing_order(tensors);
    std::string bytes = encode_header(order, metadata);
    for (const auto* tensor : order) {
        bytes.append(reinterpret_cast<const char*>(tensor->bytes.data()), tensor->bytes.size());
    }
    return bytes;
}

void write_safetensors(const std::filesystem::path& path, std::span<const StoredTensor> tensors,
                       const SafetensorsMetadata& metadata) {
    check_for_writing(tensors);
    const auto order = writing_order(tensors);
    if (path.has_parent_path()) make_folder(path.parent_path());
    AtomicFile file(path);
    file.write(encode_header(order, metadata));
    for (const auto* tensor : order) file.write(std::span(tensor->bytes));
    file.commit();
}

SafetensorsContent decode_safetensors(std::string_view bytes, std::string_view origin) {
    if (bytes.size() < length_bytes) {
        throw DataError(fmt::format("{}: has {} bytes, too few for a safetensors file", origin, bytes.size()));
    }
    std::uint64_t header_bytes = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        header_bytes |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    if (header_bytes > most_header_bytes || header_bytes > bytes.size() - length_bytes) {
        throw DataError(fmt::format("{}: announces a header of {} bytes: not a safetensors file, or truncated", origin,
                                    header_bytes));
    }
    const auto text = bytes.substr(length_bytes, header_bytes);
    if (!text.starts_with('{')) throw DataError(fmt::format("{}: its header does not start with '{{'", origin));
    const auto header = parse_strict_json(text, fmt::format("{}: header", origin));

    SafetensorsContent content;
    std::vector<Placed> entries;
    for (const auto& [name, entry] : header.items()) {
        if (name == metadata_key) {
            content.metadata = read_metadata(entry, origin);
        } else {
            entries.push_back(read_entry(name, entry, origin));
        }
    }
    content.tensors = cut(std::move(entries), bytes.substr(length_bytes + header_bytes), origin);
    return content;
}

SafetensorsContent read_safetensors(const std::filesystem::path& path) {
    return decode_safetensors(read_file(path), path.string());
}

}  // namespace cellwise
