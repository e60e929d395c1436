/** Graphs as tfjs-node's protobuf classes have them. */
import type { Attribute, NodeSpec } from './graph.ts';
import type { NodeLibrary, ProtobufMessage } from './library.ts';
import type { Shape } from './types.ts';

/** Nodes as a SavedModel under the tag `serve`. */
export function modelMessage(library: NodeLibrary, nodes: readonly NodeSpec[]): ProtobufMessage {
  const { protobuf } = library;
  const graph = new protobuf.GraphDef();
  graph.setNodeList(nodes.map((node) => nodeMessage(library, node)));
  const versions = new protobuf.VersionDef();
  versions.setProducer(1000);
  graph.setVersions(versions);
  const info = new protobuf.MetaGraphDef.MetaInfoDef();
  info.setTagsList(['serve']);
  const meta = new protobuf.MetaGraphDef();
  meta.setGraphDef(graph);
  meta.setMetaInfoDef(info);
  const model = new protobuf.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.setMetaGraphsList([meta]);
  return model;
}

function nodeMessage(library: NodeLibrary, node: NodeSpec): ProtobufMessage {
  const message = new library.protobuf.NodeDef();
  message.setOp(node.op);
  message.setName(node.name);
  message.setInputList([...node.inputs]);
  if (node.device) message.setDevice(node.device);
  const map = message.getAttrMap();
  for (const [key, attribute] of Object.entries(node.attributes)) map.set(key, attributeMessage(library, attribute));
  return message;
}

function attributeMessage({ protobuf }: NodeLibrary, attribute: Attribute): ProtobufMessage {
  const message = new protobuf.AttrValue();
  if ('type' in attribute) message.setType(attribute.type);
  else if ('float' in attribute) message.setF(attribute.float);
  else if ('bool' in attribute) message.setB(attribute.bool);
  else if ('text' in attribute) message.setS(Buffer.from(attribute.text).toString('base64'));
  else if ('integer' in attribute) message.setI(attribute.integer);
  else if ('integers' in attribute || 'types' in attribute) {
    const list = new protobuf.AttrValue.ListValue();
    if ('integers' in attribute) list.setIList([...attribute.integers]);
    else list.setTypeList([...attribute.types]);
    message.setList(list);
  } else if ('shape' in attribute) message.setShape(shapeMessage({ protobuf }, attribute.shape));
  else {
    const { type, shape, bytes } = attribute.constant;
    const tensor = new protobuf.Tensor();
    tensor.setDtype(type);
    tensor.setTensorShape(shapeMessage({ protobuf }, shape));
    tensor.setTensorContent(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'));
    message.setTensor(tensor);
  }
  return message;
}

function shapeMessage({ protobuf }: Pick<NodeLibrary, 'protobuf'>, shape: Shape): ProtobufMessage {
  const message = new protobuf.TensorShape();
  message.setDimList(
    shape.map((length) => {
      const dimension = new protobuf.TensorShape.Dim();
      dimension.setSize(length);
      return dimension;
    }),
  );
  return message;
}
