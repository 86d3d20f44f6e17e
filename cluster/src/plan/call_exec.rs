//! The operator that calls the function: on each group of what came by an exchange, or on rows that it reads itself.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties, SendableRecordBatchStream,
};
use serde::{Deserialize, Serialize};

use super::assignment;
use super::blocking::{collect, in_a_thread};
use super::envelope::{self, Envelope, Kind};
use super::fault::Fault;
use super::given::GivenInput;
use super::order::{Order, in_words};
use super::parcel;
use super::work::Rows;
use crate::isolation;

/// What is called, and where its rows come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Calling {
    /// The call.
    pub order: Order,
    /// The input, where a task reads its own rows; `None` where rows come by an exchange.
    pub by_place: Option<GivenInput>,
    /// The labels of the units of work, where rows come by an exchange.
    pub labels: Vec<u32>,
}

/// Calls the function, and gives envelopes.
#[derive(Debug)]
pub struct CallExec {
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    pub(super) calling: Arc<Calling>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl CallExec {
    /// The call on these inputs: one for each side that came by an exchange, or one that assigns rows.
    pub fn new(inputs: Vec<Arc<dyn ExecutionPlan>>, calling: Arc<Calling>) -> Self {
        let partitions = inputs.iter().map(|input| input.output_partitioning().partition_count()).max().unwrap_or(1);
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(envelope::schema()),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        ));
        Self { inputs, calling, properties, metrics: ExecutionPlanMetricsSet::new() }
    }
}

impl DisplayAs for CallExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let Order { function, version, keys, algo, params, output, .. } = &self.calling.order;
        let output = super::frames::decode(output).map(|rows| in_words(rows.schema())).unwrap_or_default();
        let keys = keys.join(", ");
        write!(f, "CallExec: {function} v{version}({params}), keys=[{keys}], algo={algo:?}, output=[{output}]")
    }
}

impl ExecutionPlan for CallExec {
    fn name(&self) -> &str {
        "CallExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false; self.inputs.len()]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self::new(children, self.calling.clone())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let inputs = self.inputs.iter().map(|input| input.execute(partition, context.clone()));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let calling = self.calling.clone();
        let groups = MetricBuilder::new(&self.metrics).counter("groups", partition);
        let rows = MetricBuilder::new(&self.metrics).output_rows(partition);
        let collected = async move {
            let mut all = Vec::new();
            for input in inputs {
                all.push(collect(input).await?);
            }
            Ok(all)
        };
        Ok(in_a_thread(envelope::schema(), collected, move |inputs, out, stop| {
            let out = |envelope: Envelope| {
                if envelope.kind == Kind::Trailer
                    && let Ok(trailer) = serde_json::from_slice::<envelope::Trailer>(&envelope.payload)
                {
                    groups.add(trailer.done.groups);
                    rows.add(trailer.rows as usize);
                }
                let failed = |error: datafusion::error::DataFusionError| outgrow::Error::Failure(error.to_string());
                out(envelope::to_batch(&envelope).map_err(failed)?)
            };
            for (unit, rows) in units(&calling, inputs)? {
                isolation::run(&calling.order, unit, rows, &out, stop).map_err(Fault::from)?;
            }
            Ok(())
        }))
    }
}

/// The units of work of a partition, mostly one.
fn units(calling: &Calling, inputs: Vec<Vec<RecordBatch>>) -> Result<Vec<(u32, Rows)>> {
    if let Some(given) = &calling.by_place {
        let assigned: Vec<_> = inputs.iter().flatten().flat_map(assignment::of_batch).collect();
        let of_task = assigned.chunk_by(|one, other| one.task == other.task);
        return Ok(of_task
            .map(|of_task| (of_task[0].task as u32, Rows::Assigned(given.clone(), of_task.to_vec())))
            .collect());
    }
    let mut received: Vec<_> = inputs.iter().map(|batches| parcel::received(batches, &calling.labels)).collect();
    drop(inputs);
    let units: BTreeSet<u32> = received.iter().flat_map(|side| side.keys().copied()).collect();
    let of_unit = |unit: u32| {
        let sides = received.iter_mut().zip(&calling.order.sent).enumerate().map(|(number, (side, sent))| {
            let incomplete =
                |why| Fault::Incomplete(format!("the exchange of input {number} to unit {unit} is not whole: {why}"));
            Ok(side.remove(&unit).unwrap_or_default().whole(sent.tasks).map_err(incomplete)?)
        });
        Ok((unit, Rows::Exchanged(sides.collect::<Result<_>>()?)))
    };
    units.into_iter().map(of_unit).collect()
}
