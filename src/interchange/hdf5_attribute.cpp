#include "interchange/hdf5_attribute.h"

#include "interchange/hdf5_handle.h"

namespace cellwise::interchange {
namespace {

constexpr std::size_t most_attribute_bytes = 64 << 20;
constexpr hsize_t most_texts = 1024;

class TextAttribute {
public:
    TextAttribute(hid_t place, const std::string& name)
        : attribute_(H5Aopen(place, name.c_str(), H5P_DEFAULT), &H5Aclose),
          type_(H5Aget_type(attribute_.get()), &H5Tclose),
          space_(H5Aget_space(attribute_.get()), &H5Sclose) {}

    [[nodiscard]] std::optional<std::vector<std::string>> values() const {
        const auto count = H5Sget_simple_extent_npoints(space_.get());
        if (count < 0 || static_cast<hsize_t>(count) > most_texts) return std::nullopt;
        if (H5Tget_class(type_.get()) != H5T_STRING || count == 0) return std::vector<std::string>();
        return H5Tis_variable_str(type_.get()) > 0 ? variable(static_cast<std::size_t>(count))
                                                   : fixed(static_cast<std::size_t>(count));
    }

private:
    [[nodiscard]] std::optional<std::vector<std::string>> variable(std::size_t count) const {
        std::vector<char*> pointers(count, nullptr);
        if (H5Aread(attribute_.get(), type_.get(), pointers.data()) < 0) return std::nullopt;
        std::vector<std::string> result;
        for (const auto* pointer : pointers) result.emplace_back(pointer != nullptr ? pointer : "");
        H5Dvlen_reclaim(type_.get(), space_.get(), H5P_DEFAULT, pointers.data());
        return result;
    }

    [[nodiscard]] std::optional<std::vector<std::string>> fixed(std::size_t count) const {
        const auto size = H5Tget_size(type_.get());
        if (size == 0 || size > most_attribute_bytes / count) return std::nullopt;
        std::string bytes(size * count, '\0');
        if (H5Aread(attribute_.get(), type_.get(), bytes.data()) < 0) return std::nullopt;
        std::vector<std::string> result;
        for (std::size_t i = 0; i < count; ++i) {
            const auto text = bytes.substr(i * size, size);
            result.push_back(text.substr(0, text.find('\0')));
        }
        return result;
    }

    Hdf5Handle attribute_;
    Hdf5Handle type_;
    Hdf5Handle space_;
};

}  // namespace

std::optional<std::vector<std::string>> read_text_attribute(hid_t place, const std::string& name) {
    return TextAttribute(place, name).values();
}

}  // namespace cellwise::interchange
