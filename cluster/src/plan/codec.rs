//! Plans on their way: our operators as JSON behind a mark, everything else as Ballista does it.

use std::sync::Arc;

use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use serde::{Deserialize, Serialize};

use super::call_exec::{CallExec, Calling};
use super::seal_exec::SealExec;
use super::send::Sending;
use super::send_exec::SendExec;

/// The codec of logical plans: Ballista's own, since ours are physical.
pub type Logical = BallistaLogicalExtensionCodec;

/// What plans of ours begin with. No message of Ballista's does: its first byte would be a field of a type that
/// protobuf does not have.
const MARK: &[u8] = b"OUTGROW1";

#[derive(Serialize, Deserialize)]
enum Node {
    Send(Sending),
    Call(Box<Calling>),
    Seal,
}

/// The codec of physical plans.
#[derive(Debug, Default)]
pub struct Physical(BallistaPhysicalExtensionCodec);

impl PhysicalExtensionCodec for Physical {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(node) = bytes.strip_prefix(MARK) else {
            return self.0.try_decode(bytes, inputs, context, converter);
        };
        let unread = |error| DataFusionError::Plan(format!("a plan of another version of this program: {error}"));
        match (serde_json::from_slice(node).map_err(unread)?, inputs) {
            (Node::Send(sending), [assignments]) => Ok(Arc::new(SendExec::new(assignments.clone(), Arc::new(sending)))),
            (Node::Call(calling), inputs) if !inputs.is_empty() => {
                Ok(Arc::new(CallExec::new(inputs.to_vec(), Arc::new(*calling))))
            }
            (Node::Seal, [input]) => Ok(Arc::new(SealExec::new(input.clone()))),
            _ => Err(DataFusionError::Plan("a plan without its inputs".into())),
        }
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let ours = if let Some(send) = node.downcast_ref::<SendExec>() {
            Node::Send(Sending::clone(&send.sending))
        } else if let Some(call) = node.downcast_ref::<CallExec>() {
            Node::Call(Box::new(Calling::clone(&call.calling)))
        } else if node.is::<SealExec>() {
            Node::Seal
        } else {
            return self.0.try_encode(node, bytes, converter);
        };
        bytes.extend_from_slice(MARK);
        serde_json::to_writer(bytes, &ours).map_err(|error| DataFusionError::External(Box::new(error)))
    }
}
