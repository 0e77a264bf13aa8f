#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// An HDF5 file in memory that anyone may have written.
///
/// HDF5's own code is not safe on hostile files: use this in a limited process. What can be refused is:
/// links other than hard ones, groups nested deep or within themselves, data in other files, filters other
/// than HDF5's own, types other than float32, float16 and float64 (of either byte order), fewer values than
/// the shape, more values than the file can hold or than a gigabyte, values that are not finite. Every member
/// throws DataError naming `origin` and the path.
class Hdf5File {
public:
    /// `image` need not outlive the constructor.
    Hdf5File(std::string_view image, const std::string& origin);
    ~Hdf5File();

    /// Whether there is a group of this path, reached by hard links alone.
    [[nodiscard]] bool has_group(const std::string& path) const;

    /// Reads every dataset below `group` as float32, by its path ("layers/lstm/cell/vars/0"). Groups named
    /// seed_generator are passed over: they hold integers that no layer's result depends on.
    std::map<std::string, KerasVariable> read(const std::string& group);

    /// The types other than float32 that read() has converted: "float16", "float64".
    [[nodiscard]] const std::set<std::string>& converted_types() const;

    /// An attribute of the file itself or of a group ("/" and "model_weights"): a text, or a list of texts. Nothing
    /// if there is none; an empty list where it is of another type, as numpy's empty lists are.
    [[nodiscard]] std::optional<std::string> text(const std::string& group, const std::string& name) const;
    [[nodiscard]] std::optional<std::vector<std::string>> texts(const std::string& group,
                                                                const std::string& name) const;

private:
    std::unique_ptr<class Hdf5Reader> reader_;
};

/// Hdf5File::read for one group.
[[nodiscard]] std::map<std::string, KerasVariable> read_hdf5(std::string_view image, const std::string& group,
                                                             const std::string& origin);

/// A group of a file to be written, with the attribute "name" that Keras gives it, and its datasets.
struct Hdf5Group {
    std::string path;  ///< "layers/lstm/cell/vars"; missing parents are made
    std::string name;
    std::vector<const KerasVariable*> variables;  ///< become the datasets 0, 1, …
};

/// The bytes of an HDF5 file with these groups, the same for the same groups. Throws InternalError if HDF5 refuses.
[[nodiscard]] std::string encode_hdf5(const std::vector<Hdf5Group>& groups);

}  // namespace cellwise::interchange
