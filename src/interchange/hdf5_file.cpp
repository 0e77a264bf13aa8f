#include "interchange/hdf5_file.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/utf8.h"

namespace cellwise::interchange {
namespace {

constexpr std::uint64_t most_values = std::uint64_t{1} << 28;  // a gigabyte of float32
constexpr std::size_t most_objects = 4096;
constexpr hsize_t most_members = 1024;
constexpr int most_depth = 8;
constexpr int most_dimensions = 4;
// A file may unpack to so many times its size (deflate's best is a thousand times): more is a trick.
constexpr std::uint64_t most_expansion = 100;
constexpr std::uint64_t always_allowed = 1 << 20;

/// An HDF5 identifier with the function that gives it back.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (id_ >= 0) close_(id_);
    }
    [[nodiscard]] hid_t get() const { return id_; }
    [[nodiscard]] bool is_valid() const { return id_ >= 0; }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

/// HDF5 prints its errors and loads plug-ins unless told otherwise.
void be_quiet() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
}

class Reader {
public:
    Reader(std::string_view image, std::string origin)
        : origin_(std::move(origin)),
          most_bytes_(image.size() * most_expansion + always_allowed),
          access_(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose),
          file_(open(image), &H5Fclose) {
        if (!file_.is_valid()) refuse("", "not an HDF5 file, or damaged");
    }

    std::map<std::string, KerasVariable> read(const std::string& group) {
        if (is_hard_link(file_.get(), "model_weights")) {
            refuse("", "was saved by Keras 2: load it in Keras 3 and save it as .keras");
        }
        if (!is_hard_link(file_.get(), group)) refuse(group, "is missing");
        const Handle opened(H5Gopen2(file_.get(), group.c_str(), H5P_DEFAULT), &H5Gclose);
        if (!opened.is_valid()) refuse(group, "is not a group");
        walk(opened.get(), group, 1);
        return std::move(variables_);
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
        const Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT), &H5Oclose);
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
        const Handle space(H5Dget_space(dataset), &H5Sclose);
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
                       std::uint64_t values) const {
        const Handle plan(H5Dget_create_plist(dataset), &H5Pclose);
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
        if (layout == H5D_CONTIGUOUS && H5Dget_storage_size(dataset) < values * sizeof(float)) {
            refuse(path, "has fewer values than its shape");
        }
    }

    std::vector<std::int64_t> shape_of(hid_t dataset, const std::string& path) const {
        const Handle space(H5Dget_space(dataset), &H5Sclose);
        const int dimensions = H5Sget_simple_extent_ndims(space.get());
        if (dimensions < 0 || dimensions > most_dimensions) refuse(path, "has a shape that no variable has");
        std::array<hsize_t, most_dimensions> sizes{};
        H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
        return {sizes.begin(), sizes.begin() + dimensions};
    }

    /// Of either byte order, which HDF5 converts.
    void require_float32(hid_t dataset, const std::string& path) const {
        const Handle type(H5Dget_type(dataset), &H5Tclose);
        if (H5Tequal(type.get(), H5T_IEEE_F32LE) > 0 || H5Tequal(type.get(), H5T_IEEE_F32BE) > 0) return;
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
        refuse(path, fmt::format("holds {}: only float32 can be represented", held));
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
        require_float32(dataset, path);
        check_storage(dataset, path, variable.shape, count);
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
    Handle access_;
    Handle file_;
    std::map<std::string, KerasVariable> variables_;
    std::size_t objects_ = 0;
    std::uint64_t values_ = 0;
};

hid_t require(hid_t id) {
    if (id < 0) throw InternalError("HDF5 could not write a model's weights");
    return id;
}

void write_name(hid_t group, const std::string& name) {
    const Handle type(require(H5Tcopy(H5T_C_S1)), &H5Tclose);
    require(H5Tset_size(type.get(), H5T_VARIABLE));
    require(H5Tset_cset(type.get(), H5T_CSET_UTF8));
    const Handle space(require(H5Screate(H5S_SCALAR)), &H5Sclose);
    const Handle attribute(require(H5Acreate2(group, "name", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT)),
                           &H5Aclose);
    const char* text = name.c_str();
    require(H5Awrite(attribute.get(), type.get(), &text));
}

void write_dataset(hid_t group, const std::string& name, const KerasVariable& variable) {
    const std::vector<hsize_t> sizes(variable.shape.begin(), variable.shape.end());
    const Handle space(require(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr)), &H5Sclose);
    const Handle dataset(
        require(H5Dcreate2(group, name.c_str(), H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)),
        &H5Dclose);
    require(H5Dwrite(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, variable.values.data()));
}

}  // namespace

std::map<std::string, KerasVariable> read_hdf5(std::string_view image, const std::string& group,
                                               const std::string& origin) {
    be_quiet();
    return Reader(image, origin).read(group);
}

std::string encode_hdf5(const std::vector<Hdf5Group>& groups) {
    be_quiet();
    const Handle access(require(H5Pcreate(H5P_FILE_ACCESS)), &H5Pclose);
    require(H5Pset_fapl_core(access.get(), 1 << 20, 0));  // in memory, never on disk
    const Handle file(require(H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access.get())), &H5Fclose);
    const Handle parents(require(H5Pcreate(H5P_LINK_CREATE)), &H5Pclose);
    require(H5Pset_create_intermediate_group(parents.get(), 1));
    for (const auto& group : groups) {
        const Handle opened(
            require(H5Gcreate2(file.get(), group.path.c_str(), parents.get(), H5P_DEFAULT, H5P_DEFAULT)), &H5Gclose);
        write_name(opened.get(), group.name);
        for (std::size_t i = 0; i < group.variables.size(); ++i) {
            write_dataset(opened.get(), std::to_string(i), *group.variables[i]);
        }
    }
    require(H5Fflush(file.get(), H5F_SCOPE_GLOBAL));
    const auto size = H5Fget_file_image(file.get(), nullptr, 0);
    if (size <= 0) throw InternalError("HDF5 could not write a model's weights");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    require(H5Fget_file_image(file.get(), bytes.data(), bytes.size()));
    return bytes;
}

}  // namespace cellwise::interchange
