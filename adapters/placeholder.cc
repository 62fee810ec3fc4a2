#include "workflow/cloud.h"
