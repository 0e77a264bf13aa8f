#include "learning/monitor.h"

namespace cellwise::learning {

double monitored(const records::EpochFigures& epoch, Monitor monitor) {
    switch (monitor) {
        case Monitor::train_loss:
            return epoch.train.loss;
        case Monitor::train_accuracy:
            return epoch.train.accuracy;
        case Monitor::validation_accuracy:
            return epoch.validation.accuracy;
        case Monitor::validation_loss:
            break;
    }
    return epoch.validation.loss;
}

bool is_better(double value, double best, Monitor monitor, double least) {
    const bool higher = monitor == Monitor::train_accuracy || monitor == Monitor::validation_accuracy;
    return higher ? value - least > best : value + least < best;
}

}  // namespace cellwise::learning
