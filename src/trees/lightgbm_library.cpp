#include "trees/lightgbm_library.h"

#include <string>

#include "core/error.h"
#include "trees/boosting.h"
#include "trees/shared_library.h"

#ifndef CELLWISE_LIGHTGBM_LIBRARY
#define CELLWISE_LIGHTGBM_LIBRARY ""
#endif

namespace cellwise::trees {
namespace {

std::filesystem::path path_of_lightgbm() {
    return library_path("LightGBM", "CELLWISE_LIGHTGBM", "lightgbm/lib/lib_lightgbm.so", CELLWISE_LIGHTGBM_LIBRARY);
}

LightGBMLibrary open_lightgbm() {
    const SharedLibrary file(path_of_lightgbm());
    LightGBMLibrary library{};
    file.find("LGBM_GetLastError", library.last_error);
    file.find("LGBM_RegisterLogCallback", library.register_log);
    file.find("LGBM_DatasetCreateFromMat", library.dataset_from_matrix);
    file.find("LGBM_DatasetSetField", library.dataset_set_field);
    file.find("LGBM_DatasetSetFeatureNames", library.dataset_set_names);
    file.find("LGBM_DatasetFree", library.dataset_free);
    file.find("LGBM_BoosterCreate", library.booster_create);
    file.find("LGBM_BoosterFree", library.booster_free);
    file.find("LGBM_BoosterUpdateOneIter", library.booster_update);
    file.find("LGBM_BoosterPredictForMat", library.booster_predict);
    file.find("LGBM_BoosterFeatureImportance", library.booster_importance);
    file.find("LGBM_BoosterSaveModelToString", library.booster_save);
    file.find("LGBM_BoosterLoadModelFromString", library.booster_load);
    file.find("LGBM_BoosterGetNumClasses", library.booster_classes);
    file.find("LGBM_BoosterGetNumFeature", library.booster_feature_count);
    return library;
}

}  // namespace

void LightGBMLibrary::check(int code) const {
    if (code != 0) throw EnvironmentError(std::string("LightGBM: ") + last_error());
}

const LightGBMLibrary& lightgbm_library() {
    static const LightGBMLibrary library = open_lightgbm();
    return library;
}

const Availability& lightgbm_availability() {
    static const Availability availability = [] {
        try {
            (void)lightgbm_library();
            return Availability{true, "", "",
                                path_of_lightgbm().string()};  // its C interface does not tell its version
        } catch (const EnvironmentError& error) {
            return Availability{false, error.what(), "", ""};
        }
    }();
    return availability;
}

}  // namespace cellwise::trees
