#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/keras_model.h"

namespace cellwise::interchange {

/// Reads every float32 dataset below `group` from the bytes of an HDF5 file, by its path
/// ("layers/lstm/cell/vars/0"). Groups named seed_generator are passed over: they hold integers that no
/// layer's result depends on.
///
/// HDF5's own code is not safe on hostile files: call this in a limited process. What can be refused is:
/// links other than hard ones, groups nested deep or within themselves, data in other files, filters other
/// than HDF5's own, types other than float32 (of either byte order), fewer values than the shape, more values than
/// the file can hold or than a gigabyte, values that are not finite. Throws
/// DataError naming `origin` and the path.
[[nodiscard]] std::map<std::string, KerasVariable> read_hdf5(std::string_view image, const std::string& group,
                                                             const std::string& origin);

/// A group of a file to be written, with the attribute "name" that Keras gives it, and its datasets.
struct Hdf5Group {
    std::string path;  ///< "layers/lstm/cell/vars"; missing parents are made
    std::string name;
    std::vector<const KerasVariable*> variables;  ///< become the datasets 0, 1, …
};

/// The bytes of an HDF5 file with these groups. Throws InternalError if HDF5 refuses.
[[nodiscard]] std::string encode_hdf5(const std::vector<Hdf5Group>& groups);

}  // namespace cellwise::interchange
