#include <string>
#include <vector>

#include "core/error.h"
#include "interchange/hdf5_file.h"
#include "interchange/hdf5_handle.h"

namespace cellwise::interchange {
namespace {

hid_t require(hid_t id) {
    if (id < 0) throw InternalError("HDF5 could not write a model's weights");
    return id;
}

void write_name(hid_t group, const std::string& name) {
    const Hdf5Handle type(require(H5Tcopy(H5T_C_S1)), &H5Tclose);
    require(H5Tset_size(type.get(), H5T_VARIABLE));
    require(H5Tset_cset(type.get(), H5T_CSET_UTF8));
    const Hdf5Handle space(require(H5Screate(H5S_SCALAR)), &H5Sclose);
    const Hdf5Handle attribute(require(H5Acreate2(group, "name", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT)),
                               &H5Aclose);
    const char* text = name.c_str();
    require(H5Awrite(attribute.get(), type.get(), &text));
}

void write_dataset(hid_t group, const std::string& name, const KerasVariable& variable) {
    const std::vector<hsize_t> sizes(variable.shape.begin(), variable.shape.end());
    const Hdf5Handle space(require(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr)), &H5Sclose);
    const Hdf5Handle plan(require(H5Pcreate(H5P_DATASET_CREATE)), &H5Pclose);
    require(H5Pset_obj_track_times(plan.get(), false));  // the second of its making would make every file another
    const Hdf5Handle dataset(
        require(H5Dcreate2(group, name.c_str(), H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, plan.get(), H5P_DEFAULT)),
        &H5Dclose);
    require(H5Dwrite(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, variable.values.data()));
}

}  // namespace

std::string encode_hdf5(const std::vector<Hdf5Group>& groups) {
    keep_hdf5_quiet();
    const Hdf5Handle access(require(H5Pcreate(H5P_FILE_ACCESS)), &H5Pclose);
    require(H5Pset_fapl_core(access.get(), 1 << 20, 0));  // in memory, never on disk
    const Hdf5Handle file(require(H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access.get())), &H5Fclose);
    const Hdf5Handle parents(require(H5Pcreate(H5P_LINK_CREATE)), &H5Pclose);
    require(H5Pset_create_intermediate_group(parents.get(), 1));
    for (const auto& group : groups) {
        const Hdf5Handle opened(
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
