//! The operator below an exchange: reads rows, and packs them into parcels.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties, SendableRecordBatchStream,
};

use super::assignment;
use super::blocking::{collect, in_a_thread};
use super::fault::Fault;
use super::parcel;
use super::send::Sending;

/// Reads the rows that its input assigns, and gives them as parcels.
#[derive(Debug)]
pub struct SendExec {
    assignments: Arc<dyn ExecutionPlan>,
    pub(super) sending: Arc<Sending>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl SendExec {
    /// The rows of these assignments.
    pub fn new(assignments: Arc<dyn ExecutionPlan>, sending: Arc<Sending>) -> Self {
        let partitions = assignments.output_partitioning().partition_count();
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(parcel::schema()),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        ));
        Self { assignments, sending, properties, metrics: ExecutionPlanMetricsSet::new() }
    }
}

impl DisplayAs for SendExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let Sending { keys, buckets, labels, algo, .. } = &*self.sending;
        write!(f, "SendExec: keys=[{}], algo={algo:?}, buckets={buckets}, units={}", keys.join(", "), labels.len())
    }
}

impl ExecutionPlan for SendExec {
    fn name(&self) -> &str {
        "SendExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.assignments]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self::new(children.swap_remove(0), self.sending.clone())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let assignments = self.assignments.execute(partition, context)?;
        let sending = self.sending.clone();
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        Ok(in_a_thread(
            parcel::schema(),
            async move { Ok(vec![collect(assignments).await?]) },
            move |inputs, out, _| {
                let assigned: Vec<_> = inputs.iter().flatten().flat_map(assignment::of_batch).collect();
                // A partition that nobody assigned anything is no task: it has no stamps to give.
                if assigned.is_empty() {
                    return Ok(());
                }
                let sent = sending.send(&assigned, &|parcels| {
                    metrics.record_output(parcels.num_rows());
                    out(parcels)
                });
                Ok(sent.map_err(Fault::from)?)
            },
        ))
    }
}
