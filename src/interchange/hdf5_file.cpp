#include "interchange/hdf5_file.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/expansion.h"
#include "core/utf8.h"
#include "interchange/hdf5_attribute.h"
#include "interchange/hdf5_handle.h"

namespace cellwise::interchange {
namespace {

constexpr std::uint64_t most_values = std::uint64_t{1} << 28;  // a gigabyte of float32
constexpr std::size_t most_objects = 4096;
constexpr hsize_t most_members = 1024;
constexpr int most_depth = 8;
constexpr int most_dimensions = 4;
// A file may unpack to so many times its size (deflate's best is a thousand times): more is a trick.
constexpr std::uint64_t small_image_bytes = 1 << 20;

/// IEEE 754's 16 bits, for which HDF5 1.10 has no name.
hid_t half_type() {
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    // sign, exponent and mantissa: where each begins and its bits
    if (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 || H5Tset_ebias(type, 15) < 0) {
        throw InternalError("HDF5 refuses the type float16");
    }
    return type;
}

bool is_half(hid_t type) {
    const Hdf5Handle half(half_type(), &H5Tclose);
    if (H5Tequal(type, half.get()) > 0) return true;
    return H5Tset_order(half.get(), H5T_ORDER_BE) >= 0 && H5Tequal(type, half.get()) > 0;
}

}  // namespace

class Hdf5Reader {
public:
    Hdf5Reader(std::string_view image, std::string origin)
        : origin_(std::move(origin)),
          most_bytes_(most_unpacked_bytes(image.size(), small_image_bytes)),
          access_(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose),
          file_(open(image), &H5Fclose) {
        if (!file_.is_valid()) refuse("", "not an HDF5 file, or damaged");
    }

    std::map<std::string, KerasVariable> read(const std::string& group) {
        if (!has_group(group)) refuse(group, "is missing");
        const Hdf5Handle opened(H5Gopen2(file_.get(), group.c_str(), H5P_DEFAULT), &H5Gclose);
        if (!opened.is_valid()) refuse(group, "is not a group");
        walk(opened.get(), group, 1);
        return std::exchange(variables_, {});
    }

    bool has_group(const std::string& path) const {
        for (auto end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
            if (!is_hard_link(file_.get(), path.substr(0, end))) return false;
        }
        return is_hard_link(file_.get(), path);
    }

    const std::set<std::string>& converted_types() const { return converted_types_; }

    std::optional<std::vector<std::string>> texts(const std::string& group, const std::string& name) const {
        const Hdf5Handle place(H5Gopen2(file_.get(), group.c_str(), H5P_DEFAULT), &H5Gclose);
        if (!place.is_valid() || H5Aexists(place.get(), name.c_str()) <= 0) return std::nullopt;
        auto values = read_text_attribute(place.get(), name);
        if (!values) refuse(group, fmt::format("its attribute {} is damaged", name));
        for (const auto& text : *values) {
            if (first_invalid_utf8(text)) refuse(group, fmt::format("its attribute {} is not UTF-8", name));
        }
        return values;
    }

private:
    [[noreturn]] void refuse(const std::string& path, const std::string& why) const {
        throw DataError(path.empty() ? fmt::format("{}: {}", origin_, why)
                                     : fmt::format("{}: {}: {}", origin_, path, why));
    }

    hid_t open(std::string_view image) {
        // The image is only read; HDF5 takes its own copy.
        std::string copy(image);
        if (H5Pset_fapl_core(access_.get(), 1 << 16, 0) < 0 ||
            H5Pset_file_image(access_.get(), copy.data(), copy.size()) < 0) {
            throw std::bad_alloc();
        }
        return H5Fopen("weights", H5F_ACC_RDONLY, access_.get());
    }

    static bool is_hard_link(hid_t place, const std::string& name) {
        H5L_info_t info;
        return H5Lexists(place, name.c_str(), H5P_DEFAULT) > 0 &&
               H5Lget_info(place, name.c_str(), &info, H5P_DEFAULT) >= 0 && info.type == H5L_TYPE_HARD;
    }

    void walk(hid_t group, const std::string& path, int depth) {
        if (depth > most_depth) refuse(path, "is nested too deep, or contains itself");
        H5G_info_t info;
        if (H5Gget_info(group, &info) < 0) refuse(path, "is damaged");
        if (info.nlinks > most_members) refuse(path, "has too many members");
        for (hsize_t i = 0; i < info.nlinks; ++i) visit(group, path, member_name(group, path, i), depth);
    }

    std::string member_name(hid_t group, const std::string& path, hsize_t index) const {
        std::array<char, 256> buffer{};
        const auto length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer.data(),
                                               buffer.size(), H5P_DEFAULT);
        if (length <= 0 || static_cast<std::size_t>(length) >= buffer.size()) refuse(path, "has a damaged member");
        // HDF5 takes any bytes for a name; what is made of the paths is JSON.
        if (first_invalid_utf8(buffer.data())) refuse(path, "has a member whose name is not UTF-8");
        return buffer.data();
    }

    void visit(hid_t group, const std::string& path, const std::string& name, int depth) {
        const auto member_path = path + "/" + name;
        if (++objects_ > most_objects) refuse(member_path, "is one object too many");
        if (name == "seed_generator") return;
        if (!is_hard_link(group, name)) refuse(member_path, "is a link to elsewhere, which is not followed");
        const Hdf5Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT), &H5Oclose);
        switch (object.is_valid() ? H5Iget_type(object.get()) : H5I_BADID) {
            case H5I_GROUP:
                walk(object.get(), member_path, depth + 1);
                break;
            case H5I_DATASET:
                variables_[member_path] = read_dataset(object.get(), member_path);
                break;
            default:
                refuse(member_path, "is neither a group nor an array, or damaged");
        }
    }

    /// Chunks that were never written read as zeros, however many a shape claims.
    static bool has_missing_chunks(hid_t dataset, hid_t plan, const std::vector<std::int64_t>& shape) {
        std::array<hsize_t, most_dimensions> chunk{};
        hsize_t stored = 0;
        const Hdf5Handle space(H5Dget_space(dataset), &H5Sclose);
        if (H5Pget_chunk(plan, most_dimensions, chunk.data()) != static_cast<int>(shape.size()) ||
            H5Dget_num_chunks(dataset, space.get(), &stored) < 0) {
            return true;
        }
        hsize_t wanted = 1;  // at most the number of values, which has a bound
        for (std::size_t i = 0; i < shape.size(); ++i) {
            wanted *= (static_cast<hsize_t>(shape[i]) + chunk[i] - 1) / chunk[i];
        }
        return stored < wanted;
    }

    void check_storage(hid_t dataset, const std::string& path, const std::vector<std::int64_t>& shape,
                       std::uint64_t bytes) const {
        const Hdf5Handle plan(H5Dget_create_plist(dataset), &H5Pclose);
        const auto layout = H5Pget_layout(plan.get());
        const bool known = layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED || layout == H5D_COMPACT;
        if (!known || H5Pget_external_count(plan.get()) != 0) refuse(path, "keeps its values in another file");
        const int filters = H5Pget_nfilters(plan.get());
        for (int i = 0; i < filters; ++i) {
            unsigned flags = 0;
            std::size_t parameters = 0;
            const auto filter =
                H5Pget_filter2(plan.get(), static_cast<unsigned>(i), &flags, &parameters, nullptr, 0, nullptr, nullptr);
            if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
                refuse(path, fmt::format("is packed by a filter (number {}) that is not known", filter));
            }
        }
        if (layout == H5D_CHUNKED && has_missing_chunks(dataset, plan.get(), shape)) {
            refuse(path, "has fewer values than its shape");
        }
        if (layout == H5D_CONTIGUOUS && H5Dget_storage_size(dataset) < bytes) {
            refuse(path, "has fewer values than its shape");
        }
    }

    std::vector<std::int64_t> shape_of(hid_t dataset, const std::string& path) const {
        const Hdf5Handle space(H5Dget_space(dataset), &H5Sclose);
        const int dimensions = H5Sget_simple_extent_ndims(space.get());
        if (dimensions < 0 || dimensions > most_dimensions) refuse(path, "has a shape that no variable has");
        std::array<hsize_t, most_dimensions> sizes{};
        H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
        return {sizes.begin(), sizes.begin() + dimensions};
    }

    /// Of either byte order, which HDF5 converts. Returns the bytes of a value in the file.
    std::size_t require_float(hid_t dataset, const std::string& path) {
        const Hdf5Handle type(H5Dget_type(dataset), &H5Tclose);
        if (H5Tequal(type.get(), H5T_IEEE_F32LE) > 0 || H5Tequal(type.get(), H5T_IEEE_F32BE) > 0) return 4;
        if (H5Tequal(type.get(), H5T_IEEE_F64LE) > 0 || H5Tequal(type.get(), H5T_IEEE_F64BE) > 0) {
            converted_types_.insert("float64");
            return 8;
        }
        if (is_half(type.get())) {
            converted_types_.insert("float16");
            return 2;
        }
        const auto bits = 8 * H5Tget_size(type.get());
        std::string held = "values of another kind";
        switch (H5Tget_class(type.get())) {
            case H5T_FLOAT:
                held = fmt::format("floating point numbers of {} bits", bits);
                break;
            case H5T_INTEGER:
                held = fmt::format("integers of {} bits", bits);
                break;
            case H5T_STRING:
                held = "texts";
                break;
            default:
                break;
        }
        refuse(path, fmt::format("holds {}: float16, float32 and float64 are read", held));
    }

    KerasVariable read_dataset(hid_t dataset, const std::string& path) {
        KerasVariable variable{shape_of(dataset, path), {}};
        std::uint64_t count = 1;
        for (const auto size : variable.shape) {
            if (size < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(size), &count) ||
                count > most_values) {
                refuse(path, "is larger than any variable may be");
            }
        }
        values_ += count;
        if (values_ > most_values) refuse(path, "brings the values to more than a gigabyte");
        // All together: hard links can name one array many times.
        if (values_ * sizeof(float) > most_bytes_) refuse(path, "claims more values than the file can hold");
        check_storage(dataset, path, variable.shape, count * require_float(dataset, path));
        variable.values.resize(count);
        if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, variable.values.data()) < 0) {
            refuse(path, "is damaged");
        }
        if (!std::all_of(variable.values.begin(), variable.values.end(),
                         [](float value) { return std::isfinite(value); })) {
            refuse(path, "holds values that are not finite numbers");
        }
        return variable;
    }

    std::string origin_;
    std::uint64_t most_bytes_;
    Hdf5Handle access_;
    Hdf5Handle file_;
    std::map<std::string, KerasVariable> variables_;
    std::set<std::string> converted_types_;
    std::size_t objects_ = 0;
    std::uint64_t values_ = 0;
};

namespace {

std::unique_ptr<Hdf5Reader> reader_of(std::string_view image, const std::string& origin) {
    keep_hdf5_quiet();
    return std::make_unique<Hdf5Reader>(image, origin);
}

}  // namespace

Hdf5File::Hdf5File(std::string_view image, const std::string& origin) : reader_(reader_of(image, origin)) {}

Hdf5File::~Hdf5File() = default;

bool Hdf5File::has_group(const std::string& path) const { return reader_->has_group(path); }

std::map<std::string, KerasVariable> Hdf5File::read(const std::string& group) { return reader_->read(group); }

const std::set<std::string>& Hdf5File::converted_types() const { return reader_->converted_types(); }

std::optional<std::string> Hdf5File::text(const std::string& group, const std::string& name) const {
    const auto values = reader_->texts(group, name);
    if (!values || values->empty()) return std::nullopt;
    return values->front();
}

std::optional<std::vector<std::string>> Hdf5File::texts(const std::string& group, const std::string& name) const {
    return reader_->texts(group, name);
}

std::map<std::string, KerasVariable> read_hdf5(std::string_view image, const std::string& group,
                                               const std::string& origin) {
    return Hdf5File(image, origin).read(group);
}

}  // namespace cellwise::interchange
