//! The operator that puts the result of any other plan into envelopes, so that it proves itself as well.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties, SendableRecordBatchStream,
};
use outgrow::partitioned::{Done, Sink};

use super::blocking::{collect, in_a_thread};
use super::envelope;
use super::fault::Fault;
use super::interop::to_polars;
use super::work::Packing;

/// Puts the rows of its input, which has one partition, into envelopes.
#[derive(Debug)]
pub struct SealExec {
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl SealExec {
    /// The rows of this plan, brought into one partition if they are not.
    pub fn new(input: Arc<dyn ExecutionPlan>) -> Self {
        let input: Arc<dyn ExecutionPlan> = match input.output_partitioning().partition_count() {
            1 => input,
            _ => Arc::new(CoalescePartitionsExec::new(input)),
        };
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(envelope::schema()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        ));
        Self { input, properties }
    }
}

impl DisplayAs for SealExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("SealExec")
    }
}

impl ExecutionPlan for SealExec {
    fn name(&self) -> &str {
        "SealExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
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
        let properties = self.properties.clone();
        Ok(Arc::new(Self { input: children.swap_remove(0), properties }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let schema = self.input.schema();
        let input = self.input.execute(partition, context)?;
        Ok(in_a_thread(envelope::schema(), async move { Ok(vec![collect(input).await?]) }, move |inputs, out, _| {
            let rows = to_polars(&inputs.concat(), &schema)?;
            let out = |envelope: envelope::Envelope| {
                let failed = |error: datafusion::error::DataFusionError| outgrow::Error::Failure(error.to_string());
                out(envelope::to_batch(&envelope).map_err(failed)?)
            };
            let packing = Packing::new(0, &out, None);
            let done = Done { groups: 1, rows: rows.height() as u64, ..Done::default() };
            packing.accept(0, rows).and_then(|()| packing.finish(done, 0)).map_err(Fault::from)?;
            Ok(())
        }))
    }
}
